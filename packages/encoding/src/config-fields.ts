import { ConfigError } from '@omnict/nn';

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

  /** A size that may be given once for both axes; they must be equal. */
  square(field: string): number {
    const value = this.source[field];
    if (Array.isArray(value) && value.length > 0 && value.every((side) => side === value[0])) {
      return new ConfigFields({ [field]: value[0] as unknown }, this.path, this.kind).size(field);
    }
    return this.size(field);
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

  /** One of a few names. */
  choice<T extends string>(field: string, choices: readonly T[], fallback: T): T {
    const value = this.source[field] ?? fallback;
    const found = choices.find((choice) => choice === value);
    return found ?? this.fail(field, `one of ${choices.join(', ')}`);
  }

  private fail(field: string, expected: string): never {
    throw new ConfigError(
      `${this.path}: field '${field}' does not fit ${this.kind}; expected ${expected}, got ${JSON.stringify(this.source[field])}; check that the folder holds such a model`,
    );
  }
}
