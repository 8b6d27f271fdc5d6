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

/** Parameters that a request can do without, by their names in the protocol. */
const DISPENSABLE = ['temperature', 'top_p', 'seed'] as const;

/** One of them. */
type Dispensable = (typeof DISPENSABLE)[number];

/** How servers say that they do not take a parameter, or not with this value. */
const ABOUT_PARAMETERS =
  /unsupported|not support|unknown|unrecognized|unexpected|not (?:allowed|permitted|available)|extra (?:inputs|fields)|only the default|must be|invalid/i;

/**
 * How one server wants to be asked. Compatible servers differ in what they take; what is refused
 * once is asked for in the other way from then on.
 */
export class Dialect {
  private enforcesSchemas = true;
  private longTokenName = false;
  private readonly leftOut = new Set<Dispensable>();

  /** @param onChange told in words what is asked for differently from now on, once each */
  constructor(private readonly onChange: (change: string) => void = () => undefined) {}

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
      ...this.taken('temperature', temperature),
      ...this.taken('top_p', topP),
      ...this.taken('seed', seed),
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
    const parameter = DISPENSABLE.find(
      (name) =>
        name in asked &&
        new RegExp(`\\b${name}\\b`, 'i').test(error.message) &&
        ABOUT_PARAMETERS.test(error.message),
    );
    if (parameter !== undefined) {
      if (!this.leftOut.has(parameter))
        this.onChange(
          `the server does not take ${parameter} = ${JSON.stringify(asked[parameter])}: it is left out`,
        );
      this.leftOut.add(parameter);
      return true;
    }
    if ('max_tokens' in asked && error.message.includes('max_completion_tokens')) {
      this.longTokenName = true;
      return true;
    }
    // Other refusals, a prompt too long for one, say nothing about schemas.
    if (!('response_format' in asked) || !ABOUT_SCHEMAS.test(error.message)) return false;
    this.enforcesSchemas = false;
    return true;
  }

  private taken(name: Dispensable, value: number | undefined): Record<string, number> {
    return value === undefined || this.leftOut.has(name) ? {} : { [name]: value };
  }
}
