import type { CurationProgress } from '@omnict/data';
import type { Output } from './output';

/** Milliseconds between two lines. */
const INTERVAL_MS = 200;

/** Shows how far a curation is: one line redrawn on a terminal, one line a stage elsewhere. */
export class CurationProgressLine {
  private shownAt = 0;
  private stage = '';

  constructor(private readonly output: Output) {}

  show({ stage, done }: CurationProgress): void {
    const { err, isTerminal } = this.output;
    if (!isTerminal) {
      if (stage !== this.stage) err(`${stage}\n`);
      this.stage = stage;
      return;
    }
    const now = performance.now();
    if (stage === this.stage && now - this.shownAt < INTERVAL_MS) return;
    [this.stage, this.shownAt] = [stage, now];
    err(`\r\u001b[K${stage}: ${done} records`);
  }

  end(): void {
    if (this.output.isTerminal && this.stage !== '') this.output.err('\r\u001b[K');
  }
}
