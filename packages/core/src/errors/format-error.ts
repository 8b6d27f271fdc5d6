import { OmnictError, type OmnictErrorOptions } from './omnict-error';

/** A file that is corrupt, truncated or not of the format it claims. */
export class FormatError extends OmnictError {
  override readonly name = 'FormatError';

  constructor(message: string, options?: OmnictErrorOptions) {
    super('OMNICT_FORMAT_INVALID', message, options);
  }
}
