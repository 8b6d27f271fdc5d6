import type { Metric } from '@omnict/core';
import type { JournalEvent } from '@omnict/tracking';

/** Tag that names a stage's task once numbers of it are recorded. */
const TASK_TAG = 'omnict.task.';

/** Tag that names a stage's task once all of its numbers are recorded. */
const STAGE_TAG = 'omnict.stage.';

/** The numbers of a task that are recorded, by metric and step. */
interface Points {
  task: string;
  values: Map<string, number>;
}

/**
 * Which numbers of its stages a trial's journal has. A task that went on from a checkpoint tells some
 * steps again, and a driver that was killed reads all from the start: each number is recorded once.
 */
export class RecordedPoints {
  /** By stage, while its task is not recorded whole. */
  private readonly partly = new Map<string, Points>();
  /** Key of the task that is recorded whole, by stage. */
  private readonly whole = new Map<string, string>();

  /** Notes what a journal holds already. */
  add(event: JournalEvent): void {
    if (event.type === 'tags') this.take(event.tags);
    if (event.type !== 'metrics') return;
    for (const { key, step, value } of event.metrics) {
      this.partly.get(stageOf(key))?.values.set(nameOf({ key, step }), Number(value));
    }
  }

  /** True when all numbers of a task are recorded. */
  isWhole(stage: string, task: string): boolean {
    return this.whole.get(stage) === task;
  }

  /** Notes what tags of a journal say. */
  take(tags: Readonly<Record<string, string>>): void {
    for (const [tag, task] of Object.entries(tags)) {
      if (tag.startsWith(TASK_TAG)) this.begin(tag.slice(TASK_TAG.length), task);
      if (!tag.startsWith(STAGE_TAG)) continue;
      const stage = tag.slice(STAGE_TAG.length);
      this.whole.set(stage, task);
      this.partly.delete(stage);
    }
  }

  /** Tags to set before the first numbers of a task; none where they are set. */
  tagsBefore(stage: string, task: string): Record<string, string> {
    return this.partly.get(stage)?.task === task ? {} : { [`${TASK_TAG}${stage}`]: task };
  }

  /** Tags to set together with the last numbers of a task. */
  tagsAfter(stage: string, task: string): Record<string, string> {
    return { [`${STAGE_TAG}${stage}`]: task };
  }

  /** Numbers that are not recorded, which are taken as recorded from now on. */
  fresh(stage: string, task: string, metrics: readonly Metric[]): Metric[] {
    const { values } = this.begin(stage, task);
    return metrics.filter(({ key, step, value }) => {
      const name = nameOf({ key, step });
      if (Object.is(values.get(name), value)) return false;
      values.set(name, value);
      return true;
    });
  }

  private begin(stage: string, task: string): Points {
    const known = this.partly.get(stage);
    if (known?.task === task) return known;
    const points: Points = { task, values: new Map() };
    this.partly.set(stage, points);
    return points;
  }
}

/** Metrics are named `<stage>/<name>`. */
function stageOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}

function nameOf({ key, step }: Pick<Metric, 'key' | 'step'>): string {
  return `${key} ${step}`;
}
