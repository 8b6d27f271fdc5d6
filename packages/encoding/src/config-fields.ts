import { type ActivationName, isActivationName } from '@omnict/nn';
import { ConfigError } from '@omnict/core';

/** Typed access to a config.json: every error names file and field. */
export class ConfigFields {
  constructor(
    private readonly source: Readonly<Record<string, unknown>>,
    private readonly path: string,
    /** Named in errors: "a SigLIP vision config". */
    private readonly kind: string,
  ) {}

  /** A positive integer. */
  size(field: string, fallback?: number): number {
    const value = this.source[field] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
    return this.fail(field, 'a positive integer');
  }

  /** Height and width, which may be given once for both. */
  sides(field: string): readonly [height: number, width: number] {
    const value = this.source[field];
    const sides: unknown[] = Array.isArray(value) ? value : [value, value];
    const isSize = (side: unknown): boolean => Number.isInteger(side) && (side as number) > 0;
    if (sides.length === 2 && sides.every(isSize)) return sides as [number, number];
    return this.fail(field, 'a positive integer, or one for height and one for width');
  }

  /** A size that may be given once for both axes; they must be equal. */
  square(field: string): number {
    const [height, width] = this.sides(field);
    return height === width ? height : this.fail(field, 'the same height and width');
  }

  /** An activation by its name in Hugging Face's configs. */
  activation(field: string, fallback: ActivationName): ActivationName {
    const value = this.source[field] ?? fallback;
    return isActivationName(value) ? value : this.fail(field, 'a known activation');
  }

  /** Any number. */
  number(field: string, fallback: number): number {
    const value = this.source[field] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value)
      ? value
      : this.fail(field, 'a number');
  }

  /** A switch. */
  flag(field: string, fallback: boolean): boolean {
    const value = this.source[field] ?? fallback;
    return typeof value === 'boolean' ? value : this.fail(field, 'true or false');
  }

  private fail(field: string, expected: string): never {
    throw new ConfigError(
      `${this.path}: field '${field}' does not fit ${this.kind}; expected ${expected}, got ${JSON.stringify(this.source[field])}; check that the folder holds such a model`,
    );
  }
}
