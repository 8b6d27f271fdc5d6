import { ConfigError } from '@omnict/core';
import { boundedText, ReplyTooLargeError } from './bounded-text';
import { ChatError, type ChatFailure } from './chat-error';
import type { ChatMessage } from './message';
import { parseRetryAfter } from './retry';
import type { StoredReply } from './reply-cache';

/** How to reach a server. */
export interface ServerOptions {
  /** Address up to and with the version, for instance `http://127.0.0.1:8000/v1`. */
  url: string;
  /** Sent as bearer token; never logged, never part of an error or a key. */
  apiKey?: string | undefined;
  /** Time one request may take, reply included; a stalled server is left after it. */
  timeoutMs: number;
}

/** Body of a chat completion request, in the words of the OpenAI protocol. */
export interface CompletionBody {
  model: string;
  messages: readonly ChatMessage[];
  [parameter: string]: unknown;
}

/** Longest piece of a server's message that is repeated in ours. */
const MAX_DETAIL_CHARACTERS = 300;

/** The HTTP side of an OpenAI-compatible server (vLLM, Ollama, hosted): one request, one reply. */
export class ChatServer {
  private readonly url: string;

  /** @throws ConfigError when the address is no HTTP URL */
  constructor(private readonly options: ServerOptions) {
    if (!URL.canParse(options.url) || !/^https?:/.test(options.url)) {
      throw new ConfigError(
        `server '${options.url}': is no address; expected for instance http://127.0.0.1:8000/v1; correct it`,
      );
    }
    this.url = options.url.replace(/\/+$/, '');
  }

  /** Asks for a completion. @throws ChatError */
  async complete(body: CompletionBody, signal?: AbortSignal): Promise<ServerReply> {
    const value = await this.send('/chat/completions', { body: JSON.stringify(body), signal });
    const { error, choices } = (value ?? {}) as { error?: unknown; choices?: unknown };
    if (error !== undefined && error !== null && !Array.isArray(choices))
      throw this.errorBody(error);
    return readCompletion(value, this.url);
  }

  /** Ids of the models the server offers. @throws ChatError, also when it cannot list them */
  async models(signal?: AbortSignal): Promise<string[]> {
    const { data } = (await this.send('/models', { signal })) as { data?: unknown };
    if (!Array.isArray(data)) throw damaged(this.url, 'no list of models');
    return data.map((model) => String((model as { id?: unknown }).id));
  }

  private async send(
    path: string,
    { body, signal }: { body?: string; signal: AbortSignal | undefined },
  ): Promise<unknown> {
    const { apiKey, timeoutMs } = this.options;
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), timeoutMs);
    try {
      const response = await fetch(this.url + path, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body }),
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        redirect: 'manual', // neither key nor pictures go to another server
        signal: AbortSignal.any([timer.signal, ...(signal === undefined ? [] : [signal])]),
      });
      const text = await boundedText(response);
      if (!response.ok) throw this.refusal(response, text);
      return parseJson(text, this.url);
    } catch (error) {
      if (error instanceof ChatError) throw error;
      if (error instanceof ReplyTooLargeError) throw damaged(this.url, error.message, error);
      signal?.throwIfAborted();
      if (timer.signal.aborted) {
        throw new ChatError(
          `${this.url}: no complete reply within ${timeoutMs / 1000} s; raise the timeout or look at the server`,
          { failure: 'timeout', cause: error },
        );
      }
      throw connectionError(this.url, error);
    } finally {
      clearTimeout(timeout);
    }
  }

  private refusal({ status, headers }: Response, text: string): ChatError {
    const failure =
      status === 429
        ? 'rate-limited'
        : status >= 500 || status === 408
          ? 'server-error'
          : refusalKind(status, text);
    const remedy =
      status >= 300 && status < 400
        ? `it sends requests elsewhere; give the address it names, if you trust it`
        : status === 401 || status === 403
          ? 'check the API key'
          : (REMEDIES[failure] ?? 'try again later');
    return new ChatError(
      `${this.url}: answered ${status}: ${this.withoutKey(detailOf(text))}; ${remedy}`,
      { failure, status, retryAfterMs: parseRetryAfter(headers, Date.now()) },
    );
  }

  /** An error in the place of a completion, with status 200. */
  private errorBody(error: unknown): ChatError {
    const text = JSON.stringify({ error });
    const { code } = (error ?? {}) as { code?: unknown };
    const status = typeof code === 'number' && code >= 400 && code < 600 ? code : 0;
    const failure = status >= 500 ? 'server-error' : refusalKind(status, text);
    return new ChatError(
      `${this.url}: answered 200 with an error: ${this.withoutKey(detailOf(text))}; ${REMEDIES[failure] ?? 'try again later'}`,
      { failure, status },
    );
  }

  /** Some servers repeat the key they refuse. */
  private withoutKey(text: string): string {
    const { apiKey } = this.options;
    return apiKey === undefined || apiKey === '' ? text : text.replaceAll(apiKey, '[API key]');
  }
}

/** A completion; `usage` is missing when the server does not count. */
export type ServerReply = Omit<StoredReply, 'promptTokens' | 'completionTokens'> &
  Partial<Pick<StoredReply, 'promptTokens' | 'completionTokens'>>;

/** The fields of a completion that we read; a server may leave out or add any. */
interface CompletionJson {
  model?: unknown;
  choices?: {
    message?: { content?: unknown; refusal?: unknown; tool_calls?: unknown } | null;
    finish_reason?: unknown;
  }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
}

function readCompletion(value: unknown, url: string): ServerReply {
  const { model, choices, usage } = (value ?? {}) as CompletionJson;
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  if (choice === undefined || choice === null || typeof choice.message !== 'object')
    throw damaged(url, 'no text of an assistant');
  const text = textOf(choice.message?.content);
  const finishReason = typeof choice.finish_reason === 'string' ? choice.finish_reason : 'stop';
  if (text === undefined || (text === '' && finishReason === 'content_filter'))
    throw withoutText(choice.message ?? {}, { finishReason, url });
  const [promptTokens, completionTokens] = [usage?.prompt_tokens, usage?.completion_tokens];
  return {
    text,
    model: typeof model === 'string' ? model : '',
    finishReason,
    ...(typeof promptTokens === 'number' ? { promptTokens } : {}),
    ...(typeof completionTokens === 'number' ? { completionTokens } : {}),
  };
}

/** Text of a message: in one piece, or in parts; undefined when there is none. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.flatMap((part: unknown) => {
    const { text } = (part ?? {}) as { text?: unknown };
    return typeof text === 'string' ? [text] : [];
  });
  return texts.length === 0 ? undefined : texts.join('');
}

/** Why a completion has no text. */
function withoutText(
  { refusal, tool_calls: toolCalls }: { refusal?: unknown; tool_calls?: unknown },
  { finishReason, url }: { finishReason: string; url: string },
): ChatError {
  if (typeof refusal === 'string' && refusal !== '') {
    return new ChatError(
      `${url}: model refuses: ${refusal.slice(0, MAX_DETAIL_CHARACTERS)}; ask differently, or another model`,
      { failure: 'refusal' },
    );
  }
  if (Array.isArray(toolCalls) && toolCalls.length > 0) {
    return new ChatError(
      `${url}: model wants to call a tool; expected text; serve it without tools`,
      { failure: 'tool-call' },
    );
  }
  if (finishReason === 'content_filter')
    return new ChatError(`${url}: reply was held back by a filter; ask differently`, {
      failure: 'filtered',
    });
  return new ChatError(
    `${url}: reply has no text (finish reason '${finishReason}'); expected an answer; ${finishReason === 'length' ? 'raise maxTokens: reasoning took all of them' : 'ask again, or another model'}`,
    { failure: 'no-text' },
  );
}

/** What to do about a refusal. */
const REMEDIES: Partial<Record<ChatFailure, string>> = {
  refused: 'check address, model and request',
  'too-long': 'send less: fewer frames, a shorter question',
  filtered: 'ask differently, or another model',
};

/** Kind of a refusal, by status and the server's words. */
function refusalKind(status: number, text: string): ChatFailure {
  if (/content[_ ]?(?:filter|policy|management)|was filtered|safety/i.test(text)) return 'filtered';
  const isLong =
    /(?:maximum|max)[^.]{0,20}(?:context|model|token)[^.]{0,20}(?:len|token)|context[_ ]length|too (?:long|large|many tokens)|exceeds? (?:the )?(?:context|limit|maximum)/i;
  return status === 413 || isLong.test(text) ? 'too-long' : 'refused';
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw damaged(url, 'no JSON', error);
  }
}

function damaged(url: string, found: string, cause?: unknown): ChatError {
  return new ChatError(
    `${url}: reply holds ${found}; expected a chat completion; check that the address ends in /v1 or as the server says`,
    { failure: 'damaged-reply', cause },
  );
}

/** A connection that never came about, or that ended inside a reply. */
function connectionError(url: string, error: unknown): ChatError {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  const reason = cause?.code ?? cause?.message ?? String(error);
  const wasCut = ['UND_ERR_SOCKET', 'ECONNRESET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'].includes(
    cause?.code ?? '',
  );
  return wasCut
    ? new ChatError(`${url}: connection ended inside a reply (${reason}); try again later`, {
        failure: 'damaged-reply',
        cause: error,
      })
    : new ChatError(`${url}: nothing answers (${reason}); start the server or check the address`, {
        failure: 'unreachable',
        cause: error,
      });
}

/** The server's own words, cut short. */
function detailOf(text: string): string {
  let detail = text;
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    const inner = (error as { message?: unknown } | undefined)?.message ?? error ?? message;
    if (typeof inner === 'string') detail = inner;
  } catch {
    // Not JSON: the text itself is the message.
  }
  const line = detail.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? 'no reason given' : line.slice(0, MAX_DETAIL_CHARACTERS);
}
