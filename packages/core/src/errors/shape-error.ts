import { OmnictError, type OmnictErrorOptions } from './omnict-error';

/** A tensor or volume whose shape does not fit what the function needs. */
export class ShapeError extends OmnictError {
  override readonly name = 'ShapeError';

  constructor(message: string, options?: OmnictErrorOptions) {
    super('OMNICT_SHAPE_MISMATCH', message, options);
  }
}
