import type { Output } from './output';

/** Longest time between two redraws in ms. */
const REDRAW_MS = 200;

/** Lines at the foot of a terminal that are redrawn in place, below those that last. */
export class LiveLines {
  private drawn = 0;
  private drawnMs = 0;

  constructor(private readonly output: Output) {}

  /** Draws lines in place of those before; at most some times a second unless it must be now. */
  draw(lines: () => readonly string[], { isForced }: { isForced: boolean }): void {
    if (!this.output.isTerminal) return;
    const now = Date.now();
    if (!isForced && now - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = now;
    // A line that wrapped would be two, and the first would stay.
    const width = (process.stderr.columns ?? 80) - 1;
    const cut = lines().map((line) => line.slice(0, width));
    this.clear();
    if (cut.length === 0) return;
    this.output.err(cut.join('\n'));
    this.drawn = cut.length;
  }

  /** Removes them. */
  clear(): void {
    if (this.drawn === 0) return;
    // Carriage return, erase line; for each line above: up, erase line.
    this.output.err(`\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(this.drawn - 1)}`);
    this.drawn = 0;
  }
}
