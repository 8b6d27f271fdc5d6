import { OmnictError, type OmnictErrorOptions } from './omnict-error';

/** A configuration, command line or spec that cannot be used as written. */
export class ConfigError extends OmnictError {
  override readonly name = 'ConfigError';

  constructor(message: string, options?: OmnictErrorOptions) {
    super('OMNICT_CONFIG_INVALID', message, options);
  }
}
