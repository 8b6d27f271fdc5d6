import { OmnictError } from '@omnict/core';
import { isAxiosError } from 'axios';

/** A request that the MLflow server refused or never answered. */
export class MlflowError extends OmnictError {
  override readonly name = 'MlflowError';

  /** MLflow's error_code, for instance RESOURCE_DOES_NOT_EXIST; UNREACHABLE when nothing answered. */
  readonly errorCode: string;

  /** HTTP status, 0 when nothing answered. */
  readonly status: number;

  /** Pause the server asked for, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    {
      errorCode,
      status,
      retryAfterMs,
      cause,
    }: { errorCode: string; status: number; retryAfterMs?: number; cause?: unknown },
  ) {
    super('OMNICT_MLFLOW', message, { cause, details: { errorCode, status } });
    this.errorCode = errorCode;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Statuses that a later try may not meet again. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);

/** True when a later try may succeed. A 500 may be MLflow's way to say that input is wrong. */
export function isTransient(error: unknown): error is MlflowError {
  if (!(error instanceof MlflowError)) return false;
  const { errorCode, status } = error;
  if (errorCode === 'UNREACHABLE') return true;
  return TRANSIENT.has(status) && !/INVALID|EXISTS|NOT_EXIST/.test(errorCode);
}

/** True when the server would refuse the same request again for what it says, not for who asks or when. */
export function isRefusal(error: unknown): error is MlflowError {
  if (!(error instanceof MlflowError)) return false;
  return error.status === 400 || error.status === 422 || /^INVALID_PARAMETER/.test(error.errorCode);
}

/** True when the server has no such thing, or no such endpoint. */
export function isMissing(error: unknown): error is MlflowError {
  return error instanceof MlflowError && error.status === 404;
}

/** Any failure of a request as an MlflowError. @param request method and path, for the message */
export function toMlflowError(error: unknown, request: string): MlflowError {
  const own = ownError(error);
  if (own !== undefined) return own;
  if (!isAxiosError(error)) {
    return new MlflowError(`MLflow: ${request} failed: ${String(error)}`, {
      errorCode: 'UNKNOWN',
      status: 0,
      cause: error,
    });
  }
  const { response } = error;
  // The cause would carry the request's headers, credentials among them, into logs.
  const cause = new Error(error.message);
  if (response === undefined) {
    return new MlflowError(
      `MLflow: ${request} got no answer (${error.code ?? error.message}); the journal keeps everything; check the server, then run 'omnict runs sync'`,
      { errorCode: 'UNREACHABLE', status: 0, cause },
    );
  }
  const { status } = response;
  const body = bodyOf(response.data);
  const errorCode = body.error_code ?? `HTTP_${status}`;
  return new MlflowError(
    `MLflow: ${request} was refused (${status} ${errorCode}): ${body.message ?? 'no message'}${HINTS[status] ?? ''}`,
    { errorCode, status, cause, retryAfterMs: retryAfterOf(response.headers['retry-after']) },
  );
}

/** An MlflowError that the HTTP client wrapped into its own. */
function ownError(error: unknown): MlflowError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof MlflowError) return cause;
  }
  return undefined;
}

/** What to do about statuses that have one usual reason. */
const HINTS: Readonly<Record<number, string>> = {
  401: '; check token or user name',
  403: '; the server may refuse this host name: start it with --allowed-hosts',
  413: '; a proxy before the server limits request bodies: raise its limit',
};

function bodyOf(data: unknown): { error_code?: string; message?: string } {
  if (data instanceof ArrayBuffer || Buffer.isBuffer(data)) {
    try {
      return JSON.parse(Buffer.from(data as ArrayBuffer).toString('utf8')) as object;
    } catch {
      return {};
    }
  }
  return typeof data === 'object' && data !== null ? data : {};
}

/** Retry-After: seconds or a date. */
function retryAfterOf(header: unknown): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
