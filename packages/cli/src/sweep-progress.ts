import { formatSeconds } from '@omnict/report';
import type { StageTask, SweepPlan, TaskResult, WorkerEvent } from '@omnict/runner';
import type { Output } from './output';

/** Longest time between two redraws. */
const REDRAW_MS = 200;

interface RunningTask {
  task: StageTask;
  startedMs: number;
  done: number;
  total: number;
}

/**
 * Live progress on standard error: one lasting line for each task that ended and, on a terminal,
 * one redrawn line with what runs now and for how much longer.
 */
export class SweepProgress {
  private readonly running = new Map<string, RunningTask>();
  private readonly total: number;
  private ended = 0;
  private hasStatusLine = false;
  private drawnMs = 0;

  constructor(
    plan: SweepPlan,
    private readonly output: Output,
  ) {
    this.total = plan.tasks.length;
  }

  /** A task began or ended. */
  onStatus(task: StageTask, { status, seconds, message }: TaskResult): void {
    if (status === 'running') {
      this.running.set(task.key, { task, startedMs: Date.now(), done: 0, total: 0 });
      this.draw(true);
      return;
    }
    this.running.delete(task.key);
    this.ended++;
    const detail =
      status === 'done' || status === 'cached' ? formatSeconds(seconds) : (message ?? '');
    this.line(`[${this.ended}/${this.total}] ${task.stage} ${status} ${detail}`.trimEnd());
  }

  /** A running task told something. */
  onEvent({ key, stage }: StageTask, event: WorkerEvent): void {
    if (event.type === 'log') this.line(`    ${stage}: ${event.text}`);
    if (event.type !== 'progress') return;
    const known = this.running.get(key);
    if (known === undefined) return;
    known.done = event.done;
    known.total = event.total;
    this.draw(false);
  }

  /** Removes the live line. */
  end(): void {
    this.clear();
  }

  private line(text: string): void {
    this.clear();
    this.output.err(`${text}\n`);
    this.draw(true);
  }

  private draw(isForced: boolean): void {
    if (!this.output.isTerminal || this.running.size === 0) return;
    const now = Date.now();
    if (!isForced && now - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = now;
    this.clear();
    const width = process.stderr.columns ?? 80;
    const text = [...this.running.values()].map((task) => describe(task, now)).join(' | ');
    this.output.err(text.slice(0, width - 1));
    this.hasStatusLine = true;
  }

  private clear(): void {
    if (!this.hasStatusLine) return;
    this.output.err('\r\u001b[2K'); // carriage return, erase line
    this.hasStatusLine = false;
  }
}

function describe({ task, startedMs, done, total }: RunningTask, nowMs: number): string {
  if (total === 0 || done === 0) return `${task.stage} ...`;
  const elapsed = (nowMs - startedMs) / 1000;
  const left = (elapsed / done) * (total - done);
  return `${task.stage} ${Math.floor((100 * done) / total)} % (${formatSeconds(left)} left)`;
}
