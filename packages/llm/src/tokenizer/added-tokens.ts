/** An entry of `added_tokens` in tokenizer.json. */
export interface AddedToken {
  id: number;
  content: string;
  special: boolean;
  /** Counts only where no letter, digit or underscore touches it. */
  single_word?: boolean;
  /** Takes the blanks before, or behind it. */
  lstrip?: boolean;
  rstrip?: boolean;
  /** Is looked for in normalized text. By default what is not special. */
  normalized?: boolean;
}

/** A stretch of text, and the id of the added token that it is. */
export interface Section {
  text: string;
  /** Where it begins in the text that was split. */
  start: number;
  id?: number;
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u');
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u');
const BLANKS_BEFORE = /\p{White_Space}*$/u;
const BLANKS_BEHIND = /^\p{White_Space}*/u;

/** Finds added tokens in text: at each place the longest, as Rust's `tokenizers` does. */
export class AddedTokenSplitter {
  private readonly pattern: RegExp | undefined;
  private readonly tokens: ReadonlyMap<string, AddedToken>;

  /** @param tokens with the content that is looked for */
  constructor(tokens: readonly AddedToken[]) {
    const named = tokens.filter(({ content }) => content !== '');
    this.tokens = new Map(named.map((token) => [token.content, token]));
    const longestFirst = [...this.tokens.keys()].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    this.pattern = escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'gu');
  }

  /** Splits text into added tokens and what lies between them. Nothing is empty. */
  split(text: string): Section[] {
    const sections: Section[] = [];
    let done = 0;
    for (const match of this.pattern === undefined ? [] : text.matchAll(this.pattern)) {
      const token = this.tokens.get(match[0]);
      let [start, end] = [match.index, match.index + match[0].length];
      const [before, behind] = [text.slice(done, start), text.slice(end)];
      if (token === undefined || start < done) continue;
      const letterBefore = text.slice(Math.max(0, start - 2), start); // two units at most
      const touches = ENDS_WITH_WORD.test(letterBefore) || STARTS_WITH_WORD.test(behind);
      if (token.single_word && touches) continue;
      if (token.lstrip) start -= BLANKS_BEFORE.exec(before)?.[0].length ?? 0;
      if (token.rstrip) end += BLANKS_BEHIND.exec(behind)?.[0].length ?? 0;
      if (start > done) sections.push({ text: text.slice(done, start), start: done });
      sections.push({ text: text.slice(start, end), start, id: token.id });
      done = end;
    }
    if (done < text.length) sections.push({ text: text.slice(done), start: done });
    return sections;
  }
}
