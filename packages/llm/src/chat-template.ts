import { Template } from '@huggingface/jinja';
import { FormatError } from '@omnict/core';
import { renderBounded } from './bounded-template';

/** One turn of a conversation. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** ChatML without a default system turn: for tokenizers that bring no template. */
export const CHATML = `{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/**
 * Writes a conversation the way a model was trained to read it.
 *
 * @param source Jinja text: `chat_template` of tokenizer_config.json; ChatML when absent
 * @param tokens texts of special tokens that templates name: `bos_token`, `eos_token`, ...
 * @throws FormatError when the template cannot be parsed
 */
export class ChatTemplate {
  private readonly template: Template;

  constructor(
    source: string = CHATML,
    private readonly tokens: Readonly<Record<string, string>> = {},
  ) {
    try {
      this.template = new Template(source);
    } catch (error) {
      throw new FormatError(
        `chat_template: cannot be parsed (${error instanceof Error ? error.message : String(error)}); expected Jinja; check tokenizer_config.json`,
        { cause: error },
      );
    }
  }

  /** Writes messages; `forAnswer` ends with the opening of an assistant turn, so that the model goes on. */
  render(messages: readonly ChatMessage[], { forAnswer }: { forAnswer: boolean }): string {
    return renderBounded(this.template, {
      ...this.tokens,
      messages: [...messages],
      add_generation_prompt: forAnswer,
    });
  }
}
