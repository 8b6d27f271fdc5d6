import { OmnictError } from '@omnict/core';

type Status = 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503;

/** A refusal as OpenAI's clients understand it. */
export class ApiError extends OmnictError {
  constructor(
    readonly status: Status,
    message: string,
    /** `code` for programs, `param` names the field that is wrong. */
    readonly facts: { code: string; param?: string },
  ) {
    super('OMNICT_API_REFUSED', message);
  }
}

/** Body of a refusal. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** Returns what a client is told of an error; faults of the program itself stay on the server. */
export function errorReply(
  error: unknown,
  withoutPaths: (message: string) => string,
): { status: Status; body: ErrorBody } {
  if (error instanceof ApiError) {
    const { status, message, facts } = error;
    return { status, body: bodyOf(message, typeOf(status), facts) };
  }
  if (OmnictError.isInstance(error)) {
    const message = withoutPaths(error.message);
    return { status: 400, body: bodyOf(message, 'invalid_request_error', { code: error.code }) };
  }
  const message = 'the server failed to answer; its log says why';
  return { status: 500, body: bodyOf(message, 'server_error', { code: 'internal_error' }) };
}

function bodyOf(
  message: string,
  type: string,
  { code, param }: { code: string; param?: string },
): ErrorBody {
  return { error: { message, type, param: param ?? null, code } };
}

function typeOf(status: Status): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
