import { type ChatClient, ChatError, type ImagePart, Prompt, type ReplySchema } from '@omnict/chat';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelReply } from './decision';

/** A question to a model about one record. */
export interface Consultation {
  values: Readonly<Record<string, string>>;
  schema: ReplySchema;
  pictures?: readonly ImagePart[];
}

/** Asks one of the engine's prompts, and tells what of the reply goes into the log. */
export class Advisor {
  private constructor(
    private readonly client: ChatClient,
    private readonly prompt: Prompt,
  ) {}

  /** @param name of a file in this package's `prompts` folder */
  static async load(client: ChatClient, name: string): Promise<Advisor> {
    return new Advisor(client, await Prompt.load(join(promptFolder(), `${name}.md`)));
  }

  /** Model and prompt, for settings that a log must agree with. */
  get identity(): Prompt['identity'] & { model: string } {
    return { ...this.prompt.identity, model: this.client.model };
  }

  /**
   * Asks. A reply that never fits its schema, or a request refused for itself, is no reply: the rules
   * decide alone then.
   *
   * @throws ChatError when the server cannot be used at all, BudgetError when nothing may be spent
   */
  async ask<T>({ values, schema, pictures = [] }: Consultation): Promise<Advice<T>> {
    const { name, version, digest } = this.prompt.identity;
    const reply = { prompt: `${name}@${version}`, promptDigest: digest };
    try {
      const { value, model, key } = await this.client.completeJson<T>(
        { messages: this.prompt.render(values, pictures), prompt: this.prompt.identity },
        schema,
      );
      return { value, reply: { ...reply, model, key, value } };
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (!error.isOfRequest || error.isPassing) throw error;
      return { value: undefined, reply: { ...reply, model: '', key: '', failure: error.message } };
    }
  }
}

/** A model's answer, if it gave a usable one, and its entry in the log. */
export interface Advice<T> {
  value: T | undefined;
  reply: ModelReply;
}

/** A schema servers can enforce: every field required, no other allowed. */
export function replySchema(name: string, properties: Record<string, unknown>): ReplySchema {
  return {
    name,
    schema: {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  };
}

/** Beside `src` and `dist` alike. */
function promptFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith('engine') ? join(here, '..', '..', 'prompts') : join(here, '..', 'prompts');
}
