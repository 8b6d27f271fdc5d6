import { ConfigError } from '@omnict/core';

/** A decoder's config.json that is being read. */
export class DecoderConfigSource {
  readonly json: Readonly<Record<string, unknown>>;
  /** Rotary settings; transformers 5 keeps here what earlier releases wrote at the top. */
  readonly rope: Readonly<Record<string, unknown>>;

  constructor(
    json: unknown,
    readonly path: string,
    private readonly family: string,
  ) {
    this.json = (json ?? {}) as Record<string, unknown>;
    const nested = this.json['rope_parameters'] ?? this.json['rope_scaling'];
    this.rope = { ...this.json, ...(nested as Record<string, unknown> | null | undefined) };
  }

  /** Kind of rotary scaling: `default`, `longrope`, ... */
  get ropeType(): string {
    const type = this.rope['rope_type'] ?? this.rope['type'] ?? 'default';
    return typeof type === 'string' ? type : this.fail('rope_type', 'a name');
  }

  number(field: string, fallback: number): number {
    const value = this.rope[field] ?? fallback;
    return typeof value === 'number' ? value : this.fail(field, 'a number');
  }

  /** A number above 0; without fallback it must be there. */
  positive(field: string, fallback?: number): number {
    const value = this.rope[field] ?? fallback;
    const isPositive = typeof value === 'number' && value > 0;
    return isPositive ? value : this.fail(field, 'a positive number');
  }

  /** @throws ConfigError naming file and field. */
  fail(field: string, expected: string): never {
    throw new ConfigError(
      `${this.path}: field '${field}' does not fit; expected ${expected}, got ${JSON.stringify(this.rope[field])}; check that the folder holds a ${this.family} model`,
    );
  }
}
