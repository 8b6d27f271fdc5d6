import { OmnictError, type OmnictErrorOptions } from './omnict-error';

/** A file, tensor, record or program that should be there and is not. */
export class MissingDataError extends OmnictError {
  override readonly name = 'MissingDataError';

  constructor(message: string, options?: OmnictErrorOptions) {
    super('OMNICT_DATA_MISSING', message, options);
  }
}
