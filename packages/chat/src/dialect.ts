import { ChatError } from './chat-error';
import type { CompletionBody } from './chat-server';
import { type ReplySchema, schemaInWords, withLastWords } from './json-reply';
import type { ChatMessage } from './message';

/** How servers call what they will not enforce. */
const ABOUT_SCHEMAS = /response_format|schema|grammar|guided|structured/i;

/** What a completion is asked for with. */
export interface CompletionParameters {
  messages: readonly ChatMessage[];
  temperature: number;
  topP?: number | undefined;
  seed?: number | undefined;
  maxTokens: number;
}

/**
 * How one server wants to be asked. Compatible servers differ in what they take; what is refused
 * once is asked for in the other way from then on.
 */
export class Dialect {
  private enforcesSchemas = true;
  private longTokenName = false;

  /** The body of a request. */
  body(
    model: string,
    { messages, temperature, topP, seed, maxTokens }: CompletionParameters,
    schema?: ReplySchema,
  ): CompletionBody {
    const enforced = schema !== undefined && this.enforcesSchemas;
    const inWords = schema !== undefined && !this.enforcesSchemas;
    return {
      model,
      messages: inWords ? withLastWords(messages, schemaInWords(schema)) : messages,
      temperature,
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(seed === undefined ? {} : { seed }),
      // OpenAI's newer models know only the longer name, other servers only the shorter one.
      [this.longTokenName ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
      ...(enforced
        ? { response_format: { type: 'json_schema', json_schema: { ...schema, strict: true } } }
        : {}),
    };
  }

  /** Learns from a refusal. @returns true when the same question is worth asking differently */
  learn(error: unknown, { asked }: { asked: CompletionBody }): boolean {
    if (!(error instanceof ChatError) || error.failure !== 'refused') return false;
    if ('max_tokens' in asked && error.message.includes('max_completion_tokens')) {
      this.longTokenName = true;
      return true;
    }
    // Other refusals, a prompt too long for one, say nothing about schemas.
    if (!('response_format' in asked) || !ABOUT_SCHEMAS.test(error.message)) return false;
    this.enforcesSchemas = false;
    return true;
  }
}
