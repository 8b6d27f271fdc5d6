import { ConfigError } from '@omnict/core';
import pLimit, { type LimitFunction } from 'p-limit';
import { Budget, BudgetError, type BudgetLimits, type Spending, type TokenPrice } from './budget';
import type { ChatCall } from './chat-call';
import { ChatError } from './chat-error';
import { ChatServer } from './chat-server';
import { type Clock, SYSTEM_CLOCK } from './clock';
import { Dialect } from './dialect';
import { askAgain, replyParser, type ReplySchema } from './json-reply';
import { type ChatMessage, estimateTokens } from './message';
import type { PromptIdentity } from './prompt';
import { RateLimiter, type RateLimits } from './rate-limiter';
import { contentKey, ReplyCache, type StoredReply } from './reply-cache';
import { DEFAULT_RETRY_POLICY, type RetryPolicy, withRetries } from './retry';

/** How to talk to a model. Only `url` and `model` are needed. */
export interface ChatClientOptions {
  /** Address of the server, for instance `http://127.0.0.1:8000/v1`. */
  url: string;
  /** Model to ask for, by the server's name. */
  model: string;
  /** Model id the server must report with each reply; another one is refused. */
  pinnedModel?: string | undefined;
  apiKey?: string | undefined;
  /** Folder of kept replies; nothing is kept without. */
  cacheFolder?: string | undefined;
  /** Time one request may take; default 120 s. */
  timeoutMs?: number | undefined;
  /** Requests under way at the same time; default 4. */
  concurrency?: number | undefined;
  /** How often a reply that does not fit its schema is asked for again; default 2. */
  repairs?: number | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  rate?: RateLimits | undefined;
  budget?: BudgetLimits | undefined;
  price?: TokenPrice | undefined;
  /** Told of every call, also of failed and cached ones. */
  onCall?: ((call: ChatCall) => void) | undefined;
  /** Told in words when the server is asked differently than wanted, for instance without a temperature. */
  onNotice?: ((notice: string) => void) | undefined;
  /** Ends waits and requests when it aborts. */
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
}

/** A question to a model. */
export interface ChatRequest {
  messages: readonly ChatMessage[];
  /** Where the messages come from; part of the cache key. */
  prompt?: PromptIdentity | undefined;
  /** Default 0. */
  temperature?: number | undefined;
  topP?: number | undefined;
  seed?: number | undefined;
  /** Longest reply; default 1024. */
  maxTokens?: number | undefined;
}

/** A model's reply. */
export interface ChatReply extends StoredReply {
  /** Digest of the question. */
  key: string;
  /** True when it came from the cache. */
  cached: boolean;
  cost: number;
  latencyMs: number;
}

/** A reply that fits its schema. */
export type JsonReply<T> = ChatReply & { value: T };

/** What a call took so far, over all its requests. */
type Progress = Pick<
  ChatCall,
  'attempts' | 'retries' | 'parseFailures' | 'promptTokens' | 'completionTokens' | 'model'
>;

/** A question as {@link ChatClient} treats it. */
interface Question {
  request: ChatRequest;
  schema?: ReplySchema;
  /** Whether a kept reply may be used. */
  accepts: (text: string) => boolean;
  ask: (progress: Progress) => Promise<StoredReply>;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_CONCURRENCY = 4;
const DEFAULT_REPAIRS = 2;
const DEFAULT_MAX_TOKENS = 1024;

/**
 * Client of any OpenAI-compatible server: text and images in, text or schema-checked JSON out, with
 * retries, rate limits, a budget and kept replies.
 */
export class ChatClient {
  private readonly server: ChatServer;
  private readonly cache: ReplyCache | undefined;
  private readonly limiter: RateLimiter;
  private readonly budget: Budget;
  private readonly limit: LimitFunction;
  private readonly clock: Clock;
  /** Calls under way, so that the same question is not paid for twice at the same time. */
  private readonly underWay = new Map<string, Promise<ChatReply>>();
  private readonly dialect: Dialect;

  /** @throws ConfigError for options that cannot be used */
  constructor(private readonly options: ChatClientOptions) {
    const { url, apiKey, timeoutMs = DEFAULT_TIMEOUT_MS, cacheFolder, rate, budget } = options;
    if (options.model === '') {
      throw new ConfigError('chat: model is empty; expected the name of a model; name one');
    }
    this.server = new ChatServer({ url, apiKey, timeoutMs });
    this.cache = cacheFolder === undefined ? undefined : new ReplyCache(cacheFolder);
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.limiter = new RateLimiter(rate, this.clock);
    this.budget = new Budget(budget, options.price);
    this.dialect = new Dialect((change) => options.onNotice?.(`${url}: ${change}`));
    this.limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
  }

  /** Model asked for. */
  get model(): string {
    return this.options.model;
  }

  /** What was spent so far; cached replies cost nothing. */
  get spent(): Readonly<Spending> {
    return this.budget.spent;
  }

  /** Checks that the server answers and offers the model. @throws ChatError, ConfigError */
  async checkModel(): Promise<void> {
    const models = await this.server.models(this.options.signal);
    if (models.includes(this.options.model)) return;
    throw new ConfigError(
      `${this.options.url}: model '${this.options.model}' is not offered; expected one of ${models.join(', ') || 'none'}; correct the name or load the model`,
    );
  }

  /** Asks for text. @throws ChatError, BudgetError */
  complete(request: ChatRequest): Promise<ChatReply> {
    return this.call({
      request,
      accepts: () => true,
      ask: (progress) => this.request(request, { progress }),
    });
  }

  /**
   * Asks for JSON of a schema. The server is asked to enforce it where it can; a reply that does not
   * fit is asked for again with its faults named.
   *
   * @throws ChatError with failure `schema` when no reply fits; BudgetError
   */
  async completeJson<T>(request: ChatRequest, schema: ReplySchema): Promise<JsonReply<T>> {
    const parse = replyParser<T>(schema);
    const reply = await this.call({
      request,
      schema,
      accepts: (text) => 'value' in parse(text),
      ask: async (progress) => {
        let messages = request.messages;
        for (let repair = 0; ; repair++) {
          const stored = await this.request({ ...request, messages }, { progress, schema });
          const parsed = parse(stored.text);
          if ('value' in parsed) return stored;
          progress.parseFailures++;
          if (repair >= (this.options.repairs ?? DEFAULT_REPAIRS)) {
            throw new ChatError(
              `${this.options.url}: reply of ${this.options.model} does not fit schema '${schema.name}': ${parsed.problem}; asked ${repair + 1} times; use a stronger model or a simpler schema`,
              { failure: 'schema' },
            );
          }
          messages = askAgain(request.messages, { ...parsed, text: stored.text, schema });
        }
      },
    });
    return { ...reply, value: (parse(reply.text) as { value: T }).value };
  }

  /** Joins a call under way for the same question, else waits for its turn and answers. */
  private call(question: Question): Promise<ChatReply> {
    const { messages, prompt, ...parameters } = question.request;
    const { model, pinnedModel } = this.options;
    const { schema } = question;
    const key = contentKey({ model, pinnedModel, messages, prompt, schema, ...parameters });
    const same = this.underWay.get(key);
    if (same !== undefined) return same;
    const promise = this.limit(() => this.answer(key, question)).finally(() =>
      this.underWay.delete(key),
    );
    this.underWay.set(key, promise);
    return promise;
  }

  /** Takes the reply from the cache, or asks and keeps it; records the call. */
  private async answer(key: string, { request, accepts, ask }: Question): Promise<ChatReply> {
    const start = this.clock.now();
    const progress: Progress = {
      attempts: 0,
      retries: [],
      parseFailures: 0,
      promptTokens: 0,
      completionTokens: 0,
      model: '',
    };
    const finish = (outcome: ChatCall['outcome'], model = progress.model) => {
      const cost = this.budget.costOf(progress);
      const latencyMs = Math.round(this.clock.now() - start);
      const { prompt } = request;
      const requestedModel = this.options.model;
      const call = { key, prompt, requestedModel, outcome, ...progress, model, latencyMs, cost };
      this.options.onCall?.(call);
      return { cost, latencyMs };
    };
    try {
      this.options.signal?.throwIfAborted();
      const kept = await this.cache?.get(key);
      if (kept !== undefined && accepts(kept.text)) {
        return { ...kept, key, cached: true, ...finish('cached', kept.model) };
      }
      const stored = await ask(progress);
      await this.cache?.set(key, stored);
      return { ...stored, key, cached: false, ...finish('answered') };
    } catch (error) {
      if (error instanceof ChatError) finish(error.failure);
      else finish(error instanceof BudgetError ? 'budget' : 'stopped');
      throw error;
    }
  }

  /** One reply of the server, however many requests it takes. */
  private request(
    request: ChatRequest,
    { progress, schema }: { progress: Progress; schema?: ReplySchema },
  ): Promise<StoredReply> {
    return withRetries(() => this.attempt(request, { progress, schema }), {
      policy: { ...DEFAULT_RETRY_POLICY, ...this.options.retry },
      clock: this.clock,
      signal: this.options.signal,
      seed: contentKey(request.messages),
      onRetry: (error, wait) => {
        progress.retries.push(error.failure);
        if (error.failure === 'rate-limited') this.limiter.pause(wait);
      },
    });
  }

  /** One request, within rate and budget; two when the server wants to be asked differently. */
  private async attempt(
    request: ChatRequest,
    { progress, schema }: { progress: Progress; schema: ReplySchema | undefined },
  ): Promise<StoredReply> {
    const { messages, topP, seed, temperature = 0, maxTokens = DEFAULT_MAX_TOKENS } = request;
    const promptTokens = estimateTokens(messages);
    const reservation = this.budget.reserve({ promptTokens, completionTokens: maxTokens });
    const parameters = { messages, temperature, topP, seed, maxTokens };
    const body = this.dialect.body(this.options.model, parameters, schema);
    let reply: StoredReply | undefined;
    try {
      await this.limiter.take(promptTokens + maxTokens, this.options.signal);
      progress.attempts++;
      const answered = await this.server.complete(body, this.options.signal);
      const completionTokens = Math.ceil(answered.text.length / 3); // for servers that do not count
      reply = { promptTokens, completionTokens, ...answered };
    } catch (error) {
      if (!this.dialect.learn(error, { asked: body })) throw error;
    } finally {
      reservation.settle(reply);
    }
    if (reply === undefined) return this.attempt(request, { progress, schema });
    progress.promptTokens += reply.promptTokens;
    progress.completionTokens += reply.completionTokens;
    progress.model = reply.model;
    this.checkPinned(reply.model);
    return reply;
  }

  private checkPinned(model: string): void {
    const { pinnedModel, url } = this.options;
    if (pinnedModel === undefined || model === pinnedModel) return;
    throw new ChatError(
      `${url}: answered as '${model}'; expected the pinned model '${pinnedModel}'; serve that model or change the pin`,
      { failure: 'other-model' },
    );
  }
}
