import { Template } from '@huggingface/jinja';
import { FormatError } from '@omnict/core';
import { renderBounded } from './bounded-template';
import { withoutLoopControls } from './loop-controls';

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
 * @throws FormatError when the template cannot be parsed, or when it refuses the messages
 */
export class ChatTemplate {
  private readonly template: Template;

  constructor(
    source: string = CHATML,
    private readonly tokens: Readonly<Record<string, string>> = {},
  ) {
    try {
      this.template = withoutLoopControls(new Template(source));
    } catch (error) {
      throw new FormatError(
        `chat_template: cannot be parsed (${error instanceof Error ? error.message : String(error)}); expected Jinja; check tokenizer_config.json`,
        { cause: error },
      );
    }
  }

  /** Writes messages; `forAnswer` ends with the opening of an assistant turn, so that the model goes on. */
  render(messages: readonly ChatMessage[], { forAnswer }: { forAnswer: boolean }): string {
    try {
      return renderBounded(this.template, {
        ...this.tokens,
        messages: [...messages],
        // As transformers does: templates ask whether they are none.
        tools: null,
        documents: null,
        add_generation_prompt: forAnswer,
      });
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw new FormatError(
        `chat_template: cannot be rendered (${error instanceof Error ? error.message : String(error)}); expected Jinja that takes turns of ${[...new Set(messages.map(({ role }) => role))].join(' and ')}; check tokenizer_config.json`,
        { cause: error },
      );
    }
  }
}
