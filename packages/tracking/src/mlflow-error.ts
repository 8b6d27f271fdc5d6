import { OmnictError } from '@omnict/nn';

/** A request that the MLflow server refused or never answered. */
export class MlflowError extends OmnictError {
  override readonly name = 'MlflowError';

  /** MLflow's error_code, for instance RESOURCE_DOES_NOT_EXIST; UNREACHABLE when nothing answered. */
  readonly errorCode: string;

  /** HTTP status, 0 when nothing answered. */
  readonly status: number;

  constructor(
    message: string,
    { errorCode, status, cause }: { errorCode: string; status: number; cause?: unknown },
  ) {
    super('OMNICT_MLFLOW', message, { cause, details: { errorCode, status } });
    this.errorCode = errorCode;
    this.status = status;
  }
}
