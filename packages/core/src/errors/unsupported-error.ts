import { OmnictError, type OmnictErrorOptions } from './omnict-error';

/** Valid input that this version does not handle. */
export class UnsupportedError extends OmnictError {
  override readonly name = 'UnsupportedError';

  constructor(message: string, options?: OmnictErrorOptions) {
    super('OMNICT_UNSUPPORTED', message, options);
  }
}
