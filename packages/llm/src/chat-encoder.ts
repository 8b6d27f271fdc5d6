import { ConfigError } from '@omnict/core';
import type { ChatMessage, ChatTemplate } from './chat-template';
import type { JsonTokenizer } from './tokenizer/json-tokenizer';

/** A turn of the user, with what is to be answered, or was. */
export interface Exchange {
  /** Special tokens before the question, such as image placeholders. */
  markup?: string | undefined;
  question: string;
  /** Absent where the model is to answer. Only the last may be. */
  answer?: string | undefined;
}

/** A conversation as token ids. */
export interface EncodedChat {
  ids: number[];
  /** Places in `ids` of what the assistant says, the ends of its turns included. */
  answers: number[];
}

/** A code point that Unicode reserves for use inside of programs: it marks what is no special token. */
const MARK = '\uFDD0';

/** Stands for an answer where the template is asked how turns end. */
const PROBE = 'omnict';

/**
 * Encodes conversations in a model's chat template. Only the template and an exchange's markup bring
 * special tokens: where a question or an answer contains the text of one, it is plain text.
 *
 * Prompts and answers are encoded apart, as a model that generates meets them.
 */
export class ChatEncoder {
  private foundEnd: number | undefined;

  constructor(
    readonly tokenizer: JsonTokenizer,
    readonly template: ChatTemplate,
  ) {}

  /**
   * Token that ends the assistant's turn: the first special token behind its words in the template.
   *
   * @throws ConfigError when the template leaves out words or does not end a turn, FormatError when it cannot be rendered
   */
  get turnEnd(): number {
    this.foundEnd ??= this.findTurnEnd() ?? this.eos ?? failWithoutEnd();
    return this.foundEnd;
  }

  /** Tokens at which generation stops: the turn's end and the tokenizer's `eos_token`. */
  get stopIds(): readonly number[] {
    const { turnEnd, eos } = this;
    return eos === undefined || eos === turnEnd ? [turnEnd] : [turnEnd, eos];
  }

  /**
   * Encodes exchanges, oldest first, up to the last answer's end or, when it has none, up to where the
   * answer begins.
   *
   * @throws ConfigError when the template rewrites earlier turns, so that their answers cannot be found
   */
  encode(exchanges: readonly Exchange[]): EncodedChat {
    const ids: number[] = [];
    const answers: number[] = [];
    const messages: ChatMessage[] = [];
    let before = ''; // what the prompts so far rendered to, and the answer behind it
    for (const { markup = '', question, answer } of exchanges) {
      messages.push({ role: 'user', content: markup + this.guard(question) });
      const prompt = this.template.render(messages, { forAnswer: true });
      const added = this.encodeGuarded(prompt.slice(before.length));
      if (before !== '') {
        const end = added.indexOf(this.turnEnd);
        if (!prompt.startsWith(before) || end < 0) failOnRewriting();
        for (let place = 0; place <= end; place++) answers.push(ids.length + place);
      }
      ids.push(...added);
      if (answer === undefined) break;
      const guarded = this.guard(answer.trim()); // as many templates write it
      const words = this.encodeGuarded(guarded);
      words.forEach((_, place) => answers.push(ids.length + place));
      ids.push(...words);
      messages.push({ role: 'assistant', content: guarded });
      before = prompt + guarded;
    }
    if (exchanges.at(-1)?.answer !== undefined) {
      answers.push(ids.length);
      ids.push(this.turnEnd);
    }
    return { ids, answers };
  }

  /** Encodes words that no special token can come of, whatever they are. */
  encodeWords(text: string): number[] {
    return this.encodeGuarded(this.guard(text));
  }

  private get eos(): number | undefined {
    return this.tokenizer.findTokenId(this.tokenizer.specialTokens['eos_token'] ?? '');
  }

  /** Breaks up what reads like a special token. */
  private guard(text: string): string {
    const unmarked = text.replaceAll(MARK, '');
    return this.tokenizer.specialTexts.reduce(
      (guarded, token) =>
        guarded.includes(token)
          ? guarded.replaceAll(token, `${token.slice(0, 1)}${MARK}${token.slice(1)}`)
          : guarded,
      unmarked,
    );
  }

  /** Encodes text in which only unbroken special tokens are special. */
  private encodeGuarded(text: string): number[] {
    return text.includes(MARK)
      ? this.tokenizer.encodeMarked(text, MARK)
      : this.tokenizer.encode(text);
  }

  private findTurnEnd(): number | undefined {
    const text = this.template.render(
      [
        { role: 'user', content: PROBE },
        { role: 'assistant', content: PROBE },
      ],
      { forAnswer: false },
    );
    if (text.split(PROBE).length < 3) {
      throw new ConfigError(
        'chat_template: does not write what the user and the assistant say; expected a template of dialogues; check tokenizer_config.json',
      );
    }
    const rest = this.tokenizer.encode(text.slice(text.lastIndexOf(PROBE) + PROBE.length));
    return rest.find((id) => this.tokenizer.isSpecial(id));
  }
}

function failWithoutEnd(): never {
  throw new ConfigError(
    "chat_template: no special token follows the assistant's words, and tokenizer_config.json has no eos_token; expected one that ends a turn; correct the tokenizer's files",
  );
}

function failOnRewriting(): never {
  throw new ConfigError(
    "chat_template: earlier turns are not written as they were answered; expected each turn to follow the ones before it; use a template that keeps the assistant's turns",
  );
}
