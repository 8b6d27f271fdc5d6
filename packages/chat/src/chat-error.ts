import { OmnictError } from '@omnict/core';

/** Why a call failed. */
export type ChatFailure =
  /** Nothing answered at the address. */
  | 'unreachable'
  /** No complete reply within the time allowed. */
  | 'timeout'
  /** 429: too many requests. */
  | 'rate-limited'
  /** 5xx or 408. */
  | 'server-error'
  /** The connection ended inside a reply, or the reply is not a chat completion. */
  | 'damaged-reply'
  /** 4xx: the same request cannot succeed. */
  | 'refused'
  /** The reply did not fit the JSON Schema, however often it was asked for. */
  | 'schema'
  /** The server answered with another model than the pinned one. */
  | 'other-model';

const PASSING: readonly ChatFailure[] = [
  'unreachable',
  'timeout',
  'rate-limited',
  'server-error',
  'damaged-reply',
];

/** A call that gave no usable reply. */
export class ChatError extends OmnictError {
  override readonly name = 'ChatError';
  readonly failure: ChatFailure;
  /** HTTP status, 0 when there was none. */
  readonly status: number;
  /** Wait the server asked for, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    {
      failure,
      status = 0,
      retryAfterMs,
      cause,
    }: { failure: ChatFailure; status?: number; retryAfterMs?: number; cause?: unknown },
  ) {
    super('OMNICT_CHAT', message, { cause, details: { failure, status } });
    this.failure = failure;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  /** True when the same request may succeed later. */
  get isPassing(): boolean {
    return PASSING.includes(this.failure);
  }
}
