import type { Answer } from './api';

/** Returns an element with a class and words; words of models and files are never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A question and its answer on the page. */
export class Turn {
  readonly item = element('li', 'turn');
  private readonly answered = element('p', 'answered growing');

  constructor(
    question: string,
    /** The true answer, where it is known. */
    private readonly truth: string | undefined,
  ) {
    this.item.append(element('p', 'asked', question), this.answered);
  }

  /** Adds to the answer. */
  grow(piece: string): void {
    this.answered.textContent += piece;
    this.item.scrollIntoView({ block: 'nearest' });
  }

  /** Ends the answer with all about it. */
  end({ text, organs, tokens, finishReason, warnings }: Answer): void {
    this.answered.className = 'answered';
    this.answered.textContent = text === '' ? '(no words)' : text;
    if (this.truth !== undefined) {
      const isSame = normal(text) === normal(this.truth);
      const words = `Truth: ${this.truth} — ${isSame ? 'same' : 'differs'}`;
      this.item.append(element('p', `truth ${isSame ? 'same' : 'other'}`, words));
    }
    const looked = organs.length === 0 ? 'the whole image' : organs.join(', ');
    const counts = `${tokens.image} image tokens, ${tokens.organ} organ tokens`;
    this.item.append(element('p', 'seen', `Looked at ${looked}; ${counts}`));
    const cut = finishReason === 'length' ? ['the answer was cut at the longest allowed'] : [];
    for (const warning of [...cut, ...warnings]) this.item.append(element('p', 'warning', warning));
    this.item.scrollIntoView({ block: 'nearest' });
  }

  /** Says why there is no answer. */
  fail(reason: string): void {
    this.answered.className = 'answered';
    this.item.append(element('p', 'warning', reason));
  }
}

/** Letters of multiple choice, case and the last full stop do not matter. */
function normal(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]\. /, '')
    .replace(/\.$/, '');
}
