/** What an {@link OmnictError} carries beside its message. */
export interface OmnictErrorOptions {
  /** The error that caused this one. */
  cause?: unknown;
  /** Machine-readable facts: file, offset, expected and found values. Never patient data. */
  details?: Record<string, unknown>;
}

const MARKER = Symbol.for('omnict.error');

/**
 * Base of every error OmniCT throws on purpose.
 *
 * Messages follow one shape: `<where>: <what is wrong>; expected <..>, got <..>; <what to do>`.
 * `code` is stable and may be matched by programs; the message may be reworded.
 */
export class OmnictError extends Error {
  override readonly name: string = 'OmnictError';
  readonly code: string;
  readonly details: Record<string, unknown>;
  /** Marks the class across duplicate copies of this package, where `instanceof` fails. */
  readonly [MARKER] = true;

  constructor(code: string, message: string, options: OmnictErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** True for any OmnictError, also one thrown by another copy of this package. */
  static isInstance(error: unknown): error is OmnictError {
    return typeof error === 'object' && error !== null && MARKER in error;
  }
}
