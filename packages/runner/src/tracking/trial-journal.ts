import { canonicalJson, type DatasetInput, type Metric, withoutFileNames } from '@omnict/core';
import type { StageTask } from '@omnict/pipeline';
import { redactJson, redactText } from '@omnict/tracking';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Trial } from '../sweep';
import { axisParams, configParams } from './config-params';
import { OnceJournal } from './once-journal';
import { RecordedPoints } from './recorded-points';

/** Tag that says why a trial has no result. */
const ERROR_TAG = 'omnict.error';

/** Artifact with the whole error and the last lines that its stage told. */
const ERROR_FILE = 'error.txt';

/** Where a trial's run stands among the others. */
interface TrialPlace {
  folder: string;
  experiment: string;
  /** Key of the sweep's run. */
  parentRunKey: string;
  /** Milliseconds since 1970. */
  startTime: number;
}

/** Records one trial: params, curves as they grow, what became of it. Telling a thing again changes nothing. */
export class TrialJournal extends OnceJournal {
  private readonly points: RecordedPoints;

  constructor(trial: Trial, { folder, experiment, parentRunKey, startTime }: TrialPlace) {
    const points = new RecordedPoints();
    const name = withoutFileNames(trial.name);
    const runKey = `${parentRunKey}/${name}`;
    let isNew = true;
    super(folder, { experiment, runKey, name, parentRunKey, startTime }, (event) => {
      isNew = false;
      points.add(event);
    });
    this.points = points;
    if (isNew) this.describe(trial);
  }

  /** Records numbers of a task that runs. */
  recordLive({ stage, key }: StageTask, metrics: readonly Metric[]): void {
    if (this.points.isWhole(stage, key)) return;
    const before = this.points.tagsBefore(stage, key);
    const fresh = this.points.fresh(stage, key, metrics);
    if (fresh.length === 0) return;
    // The tag first: what follows belongs to that task, also for whoever reads the journal.
    if (Object.keys(before).length > 0) this.setTags(before);
    this.logMetrics(fresh);
  }

  /** Records all numbers of a task that has ended well. */
  recordWhole({ stage, key }: StageTask, metrics: readonly Metric[]): void {
    if (this.points.isWhole(stage, key)) return;
    const before = this.points.tagsBefore(stage, key);
    const fresh = this.points.fresh(stage, key, metrics);
    if (fresh.length > 0) this.setTags(before);
    const tags = this.points.tagsAfter(stage, key);
    this.logMetrics(fresh, tags);
    this.points.take(tags);
  }

  /** Records the data that a trial reads. */
  recordDataset(input: DatasetInput): void {
    const tag = { 'omnict.dataset': input.digest };
    if (this.tag('omnict.dataset') === input.digest) return;
    this.journal.logInputs([input]);
    this.setTags(tag);
  }

  /** Records why there is no result. @param log what the stage told, newest last */
  recordFailure(failure: string, log: string): void {
    const text = redactText(failure);
    const file = join(this.folder, ERROR_FILE);
    writeFileSync(
      file,
      `${text}\n${log === '' ? '' : `\nLast lines of its log:\n${redactText(log)}\n`}`,
    );
    this.setTags({ [ERROR_TAG]: text });
    this.logArtifact(file);
  }

  /** Takes back an error that a later attempt did not have. */
  clearFailure(): void {
    if (this.tag(ERROR_TAG) !== undefined)
      this.setTags({ [ERROR_TAG]: 'none in the last attempt' });
  }

  private describe({ name, row, axes, seed, config, isBaseline }: Trial): void {
    this.journal.logParams({ ...axisParams(axes), ...configParams(config), seed });
    this.setTags({
      ...axisParams(axes),
      'omnict.kind': 'trial',
      'omnict.row': row,
      'mlflow.note.content': `Trial \`${name}\`${isBaseline ? ', the baseline' : ''}: ${axisNote(axes)}seed ${seed}.`,
    });
    const file = join(this.folder, 'config.json');
    writeFileSync(file, `${JSON.stringify(redactJson(config), null, 2)}\n`);
    this.logArtifact(file);
  }
}

function axisNote(axes: Readonly<Record<string, unknown>>): string {
  return Object.entries(axes)
    .map(([path, value]) => `\`${path}\` = \`${canonicalJson(value)}\`, `)
    .join('');
}
