import { formatSeconds, trialTitle } from '@omnict/report';
import {
  ProgressTracker,
  type RunEvent,
  type StageCost,
  type StageTask,
  type TaskProgress,
} from '@omnict/pipeline';
import { LiveLines } from './live-lines';
import type { Output } from './output';

/** Running tasks that have a line of their own. */
const MOST_LINES = 6;

/**
 * Live progress on standard error: one lasting line for each task that ended and, on a terminal, redrawn
 * lines with what runs now, for whom, and for how much longer.
 */
export class SweepProgress {
  private readonly tracker: ProgressTracker;
  private readonly byKey: ReadonlyMap<string, StageTask>;
  private readonly live: LiveLines;
  private readonly losses = new Map<string, number>();
  private readonly started = new Set<string>();
  private ended = 0;

  /** @param costs of stages in earlier runs */
  constructor(
    private readonly tasks: readonly StageTask[],
    private readonly output: Output,
    costs: ReadonlyMap<string, StageCost>,
  ) {
    this.tracker = new ProgressTracker(tasks, costs);
    this.byKey = new Map(tasks.map((task) => [task.key, task]));
    this.live = new LiveLines(output);
  }

  /** Something happened in the run. */
  add(event: RunEvent): void {
    this.tracker.add(event);
    if (event.type === 'start') this.ended = 0;
    if (event.type === 'event') this.onEvent(event);
    if (event.type === 'status') this.onStatus(event);
  }

  /** A task that runs told its loss. */
  addLoss(key: string, value: number): void {
    this.losses.set(key, value);
    this.draw(false);
  }

  /** Writes a lasting line above the live ones. */
  note(text: string): void {
    this.line(text.trimEnd());
  }

  /** Removes the live lines. */
  end(): void {
    this.live.clear();
  }

  private onStatus({ key, status, seconds, message }: Extract<RunEvent, { type: 'status' }>): void {
    const task = this.byKey.get(key);
    if (task === undefined) return;
    if (status === 'running') {
      this.started.add(key);
      this.draw(true);
      return;
    }
    this.ended++;
    // What a stop or a failure keeps from starting is told at the end, in one sum.
    if (status === 'skipped' || (status === 'stopped' && !this.started.has(key))) return;
    const detail =
      status === 'done' || status === 'cached' ? formatSeconds(seconds) : (message ?? '');
    this.line(
      [this.share(), nameOf(task), status, detail, `- ${trialsOf(task)}`].filter(Boolean).join(' '),
    );
  }

  private onEvent({ key, event }: Extract<RunEvent, { type: 'event' }>): void {
    const task = this.byKey.get(key);
    if (task === undefined) return;
    if (event.type === 'log') this.line(`    ${nameOf(task)}: ${event.text}`);
    if (event.type === 'progress') this.draw(false);
  }

  private line(text: string): void {
    this.live.clear();
    this.output.err(`${text}\n`);
    this.draw(true);
  }

  private draw(isForced: boolean): void {
    this.live.draw(() => this.liveLines(), { isForced });
  }

  private liveLines(): string[] {
    const { running, secondsLeft } = this.tracker.progress(Date.now());
    if (running.length === 0) return [];
    const more = running.length - MOST_LINES;
    return [
      ...running.slice(0, MOST_LINES).map((task) => this.taskLine(task)),
      [
        this.share(),
        ...(more > 0 ? [`and ${more} more run`] : []),
        ...(secondsLeft === undefined ? [] : [`${formatSeconds(secondsLeft)} of work left`]),
      ].join('  '),
    ];
  }

  /** `finetune  SCE on, OSE adaptive, seed 1  62 %  loss 0.31  41 s left`. */
  private taskLine(progress: TaskProgress): string {
    const { key, done, total, seconds, secondsLeft } = progress;
    const task = this.byKey.get(key);
    const loss = this.losses.get(key);
    return [
      ...(task === undefined ? [] : [nameOf(task).padEnd(10), trialsOf(task)]),
      shareText({ done, total, seconds }),
      ...(loss === undefined ? [] : [`loss ${loss.toPrecision(3)}`]),
      ...(secondsLeft === undefined ? [] : [`${formatSeconds(secondsLeft)} left`]),
    ].join('  ');
  }

  private share(): string {
    return `[${this.ended}/${this.tasks.length}]`;
  }
}

/** One running task for people. */
export function taskText(progress: TaskProgress): string {
  const { stage, secondsLeft } = progress;
  const left = secondsLeft === undefined ? '' : ` (${formatSeconds(secondsLeft)} left)`;
  return `${stage} ${shareText(progress)}${left}`;
}

function shareText({
  done,
  total,
  seconds,
}: Pick<TaskProgress, 'done' | 'total' | 'seconds'>): string {
  return total === 0 ? formatSeconds(seconds) : `${Math.floor((100 * done) / total)} %`;
}

/** The trial that a task is for, or how many share it. */
function trialsOf({ trials }: StageTask): string {
  const [only = ''] = trials;
  return trials.length === 1 ? trialTitle(only) : `shared by ${trials.length} trials`;
}

function nameOf({ stage, shard }: StageTask): string {
  return shard === undefined ? stage : `${stage} ${shard.index + 1}/${shard.count}`;
}
