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
  /** 4xx, or an error where a completion was expected: the same request cannot succeed. */
  | 'refused'
  /** The request is longer than the model or the server takes. */
  | 'too-long'
  /** A filter of the server held back the question or the reply. */
  | 'filtered'
  /** The model says that it will not answer. */
  | 'refusal'
  /** The model wants a tool called, and says nothing else. */
  | 'tool-call'
  /** A completion without text: all went into reasoning, for instance. */
  | 'no-text'
  /** The reply did not fit the JSON Schema, however often it was asked for. */
  | 'schema'
  /** The server answered with another model than the pinned one. */
  | 'other-model';

/** Failures of one request: another one may succeed with the same server. */
const OF_REQUEST: readonly ChatFailure[] = [
  ...(['too-long', 'filtered', 'refusal', 'tool-call', 'no-text', 'schema'] as const),
  ...(['timeout', 'server-error', 'damaged-reply'] as const),
];

/** Statuses of a refusal that is about what was asked, not about address, key or model. */
const STATUS_OF_REQUEST: readonly number[] = [0, 400, 413, 415, 422];

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

  /** True when the failure is about this request: others may succeed, so nothing else need stop. */
  get isOfRequest(): boolean {
    if (this.failure === 'refused') return STATUS_OF_REQUEST.includes(this.status);
    return OF_REQUEST.includes(this.failure);
  }
}
