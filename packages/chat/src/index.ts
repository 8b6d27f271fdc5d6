/**
 * Client of OpenAI-compatible servers: checked replies, retries, limits, budget, cache.
 *
 * @module @omnict/chat
 */
export {
  Budget,
  BudgetError,
  type BudgetLimits,
  type Spending,
  type TokenPrice,
  type TokenUsage,
} from './budget';
export { apiKeyFor, type ApiKeyRequest } from './api-key';
export { callJournal, type ChatCall } from './chat-call';
export {
  ChatClient,
  type ChatClientOptions,
  type ChatReply,
  type ChatRequest,
  type JsonReply,
} from './chat-client';
export { ChatError, type ChatFailure } from './chat-error';
export { type Clock, SYSTEM_CLOCK } from './clock';
export { type ReplySchema } from './json-reply';
export {
  type ChatMessage,
  type ChatPart,
  estimateTokens,
  imagePart,
  type ImagePart,
  type TextPart,
} from './message';
export { Prompt, type PromptIdentity } from './prompt';
export { RateLimiter, type RateLimits } from './rate-limiter';
export { contentKey, ReplyCache, type StoredReply } from './reply-cache';
export { type RetryPolicy } from './retry';
