import { appendFileSync } from 'node:fs';
import type { TokenUsage } from './budget';
import type { ChatFailure } from './chat-error';
import type { PromptIdentity } from './prompt';

/** What one call was, for a journal: no message, no reply, no key of the server. */
export interface ChatCall extends TokenUsage {
  /** Digest of the question, as in the cache. */
  key: string;
  prompt?: PromptIdentity | undefined;
  /** Model asked for. */
  requestedModel: string;
  /** Model that answered, as the server reported it; empty when none did. */
  model: string;
  /** `cached`: nothing was sent. */
  outcome: 'answered' | 'cached' | 'budget' | 'stopped' | ChatFailure;
  /** Requests sent. */
  attempts: number;
  /** Failures that were followed by another attempt. */
  retries: ChatFailure[];
  /** Replies that did not fit the schema. */
  parseFailures: number;
  /** From the first request to the reply, waits included. */
  latencyMs: number;
  /** 0 without a price. */
  cost: number;
}

/** Makes a recorder that appends each call to a JSON Lines file, with its time. */
export function callJournal(path: string): (call: ChatCall) => void {
  return (call) => {
    appendFileSync(path, `${JSON.stringify({ at: new Date().toISOString(), ...call })}\n`);
  };
}
