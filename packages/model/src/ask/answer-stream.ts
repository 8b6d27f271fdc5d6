/** What an answer is told by while it grows. */
export interface GrowingAnswer {
  /** Takes the text so far. */
  onText: (text: string) => void;
  /** Aborted when nobody reads the answer any more. */
  signal: AbortSignal;
}

/** An answer as it is written: pieces of text by `for await`, and all about it in {@link result}. */
export class AnswerStream<Result extends { text: string }> implements AsyncIterable<string> {
  /** The whole answer, whether or not somebody reads the pieces. */
  readonly result: Promise<Result>;
  private readonly cancelling = new AbortController();
  private text = '';
  private read = 0;
  private isDone = false;
  private wake: () => void = () => undefined;

  /**
   * @param answer begins at once @param stop texts that end an answer: what may become one is held back
   */
  constructor(
    answer: (growing: GrowingAnswer) => Promise<Result>,
    { stop = [], signal }: { stop?: readonly string[]; signal?: AbortSignal | undefined } = {},
  ) {
    const own = this.cancelling.signal;
    this.result = answer({
      signal: signal === undefined ? own : AbortSignal.any([own, signal]),
      onText: (text) => this.grow(settled(text, stop)),
    });
    this.result.then(
      ({ text }) => this.end(text),
      () => this.end(this.text),
    );
  }

  /** Ends the answer; {@link result} fails. */
  cancel(): void {
    this.cancelling.abort();
  }

  /** Yields what was added to the text. Leaving the loop early ends the answer. @throws what ended it */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        const piece = this.text.slice(this.read);
        this.read = this.text.length;
        if (piece !== '') yield piece;
        else if (this.isDone) break;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
      await this.result;
    } finally {
      if (!this.isDone) this.cancel();
    }
  }

  private grow(text: string): void {
    // Tokens yet to come may change how the last ones are written; what was read stays as it was.
    if (text.startsWith(this.text)) this.text = text;
    this.wake();
  }

  private end(text: string): void {
    this.isDone = true;
    this.grow(text);
  }
}

/** What of a growing text will stay: not half a character, nor what may be the beginning of a stop text. */
function settled(text: string, stop: readonly string[]): string {
  const whole = text.replace(/\uFFFD+$/, '');
  for (
    let begin = Math.max(0, whole.length - Math.max(0, ...stop.map(({ length }) => length)));
    begin < whole.length;
    begin++
  ) {
    const tail = whole.slice(begin);
    if (stop.some((end) => end.startsWith(tail))) return whole.slice(0, begin);
  }
  return whole;
}
