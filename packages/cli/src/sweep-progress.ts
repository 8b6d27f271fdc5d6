import { formatSeconds, trialTitle } from '@omnict/report';
import {
  ProgressTracker,
  type RunEvent,
  type StageCost,
  type StageTask,
  type TaskProgress,
} from '@omnict/pipeline';
import type { Output } from './output';

/** Longest time between two redraws. */
const REDRAW_MS = 200;

/**
 * Live progress on standard error: one lasting line for each task that ended and, on a terminal,
 * one redrawn line with what runs now and for how much longer.
 */
export class SweepProgress {
  private readonly tracker: ProgressTracker;
  private readonly byKey: ReadonlyMap<string, StageTask>;
  private ended = 0;
  private hasStatusLine = false;
  private drawnMs = 0;

  /** @param costs of stages in earlier runs */
  constructor(
    private readonly tasks: readonly StageTask[],
    private readonly output: Output,
    costs: ReadonlyMap<string, StageCost>,
  ) {
    this.tracker = new ProgressTracker(tasks, costs);
    this.byKey = new Map(tasks.map((task) => [task.key, task]));
  }

  /** Something happened in the run. */
  add(event: RunEvent): void {
    this.tracker.add(event);
    if (event.type === 'start') this.ended = 0;
    if (event.type === 'event') this.onEvent(event);
    if (event.type === 'status') this.onStatus(event);
  }

  /** Removes the live line. */
  end(): void {
    this.clear();
  }

  private onStatus({ key, status, seconds, message }: Extract<RunEvent, { type: 'status' }>): void {
    const task = this.byKey.get(key);
    if (task === undefined) return;
    if (status === 'running') {
      this.draw(true);
      return;
    }
    this.ended++;
    const detail =
      status === 'done' || status === 'cached' ? formatSeconds(seconds) : (message ?? '');
    const share = `[${this.ended}/${this.tasks.length}]`;
    this.line([share, nameOf(task), status, detail, this.trialsOf(task)].filter(Boolean).join(' '));
  }

  private onEvent({ key, event }: Extract<RunEvent, { type: 'event' }>): void {
    const task = this.byKey.get(key);
    if (task === undefined) return;
    if (event.type === 'log') this.line(`    ${nameOf(task)}: ${event.text}`);
    if (event.type === 'progress') this.draw(false);
  }

  /** The trial that a task is for, or how many share it. */
  private trialsOf({ trials }: StageTask): string {
    const [only = ''] = trials;
    return trials.length === 1 ? `- ${trialTitle(only)}` : `- shared by ${trials.length} trials`;
  }

  private line(text: string): void {
    this.clear();
    this.output.err(`${text}\n`);
    this.draw(true);
  }

  private draw(isForced: boolean): void {
    if (!this.output.isTerminal) return;
    const now = Date.now();
    if (!isForced && now - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = now;
    const { running, secondsLeft } = this.tracker.progress(now);
    this.clear();
    if (running.length === 0) return;
    const left = secondsLeft === undefined ? [] : [`${formatSeconds(secondsLeft)} of work left`];
    const width = process.stderr.columns ?? 80;
    this.output.err([...running.map(taskText), ...left].join(' | ').slice(0, width - 1));
    this.hasStatusLine = true;
  }

  private clear(): void {
    if (!this.hasStatusLine) return;
    this.output.err('\r\u001b[2K'); // carriage return, erase line
    this.hasStatusLine = false;
  }
}

/** One running task for people. */
export function taskText({ stage, done, total, seconds, secondsLeft }: TaskProgress): string {
  const share = total === 0 ? formatSeconds(seconds) : `${Math.floor((100 * done) / total)} %`;
  const left = secondsLeft === undefined ? '' : ` (${formatSeconds(secondsLeft)} left)`;
  return `${stage} ${share}${left}`;
}

function nameOf({ stage, shard }: StageTask): string {
  return shard === undefined ? stage : `${stage} ${shard.index + 1}/${shard.count}`;
}
