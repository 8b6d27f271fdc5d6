import type { Metric } from '@omnict/nn';
import {
  JOURNAL_FILE,
  MlflowClient,
  MlflowError,
  readJournal,
  RunJournal,
  syncJournal,
} from '@omnict/tracking';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from './canonical-json';
import { writeDurably } from './cache/stage-cache';
import type { TaskResult } from './execute/run-plan';
import type { WorkerEvent } from './execute/task-file';
import type { Trial } from './spec/expand';
import type { StageTask } from './stage/plan';
import type { PreparedSweep, SweepResult } from './sweep';

/** Records a sweep: one parent run, one nested run a trial. */
export class SweepTracker {
  private readonly journals = new Map<string, RunJournal>();
  /** Keys of the tasks that each trial's journal has already, from an earlier run of the sweep. */
  private readonly recorded = new Map<string, Set<string>>();
  private readonly folders: string[] = [];
  private syncProblem: string | undefined;

  private constructor(
    private readonly sweep: PreparedSweep,
    private readonly parent: RunJournal,
    private readonly client: MlflowClient | undefined,
  ) {}

  /** Opens the journals, or continues those of an earlier attempt. */
  static async start(sweep: PreparedSweep): Promise<SweepTracker> {
    const { spec, id, runFolder, plan } = sweep;
    const experiment = spec.tracking.experiment ?? `omnict/${spec.name}`;
    const uri = spec.tracking.uri ?? process.env['MLFLOW_TRACKING_URI'];
    const client =
      uri === undefined || uri === '' ? undefined : new MlflowClient({ uri, tries: 2 });
    const parentFolder = join(runFolder, 'tracking', 'sweep');
    const parent = RunJournal.open(parentFolder, { experiment, runKey: id, name: id });
    parent.setTags({ 'omnict.sweep': spec.name });
    const tracker = new SweepTracker(sweep, parent, client);
    tracker.folders.push(parentFolder);
    for (const [index, trial] of plan.trials.entries()) {
      await tracker.openTrial(trial, index, experiment);
    }
    return tracker;
  }

  /** A finished task's metrics go to every trial that shares it, also when the cache had it. */
  onStatus(task: StageTask, { status }: TaskResult): void {
    if (status !== 'done' && status !== 'cached') return;
    const { metrics: path } = this.sweep.cache.records(task.key);
    const metrics = existsSync(path) ? readMetrics(path, task.stage) : [];
    for (const name of task.trials) {
      if (this.recorded.get(name)?.has(task.key) === true) continue; // metrics append: never twice
      const journal = this.journals.get(name);
      journal?.logMetrics(metrics);
      journal?.setTags({ [`${STAGE_TAG}${task.stage}`]: task.key });
    }
  }

  /** Ends all runs and brings them to the server when there is one. */
  async finish(result: SweepResult): Promise<void> {
    const path = join(this.sweep.runFolder, 'results.json');
    const scores = result.trials.map(({ trial, model, majority, failure }) => ({
      trial: trial.name,
      axes: trial.axes,
      seed: trial.seed,
      failure,
      overall: model?.overall,
      modality: model?.groups.modality,
      majority: majority?.groups.modality,
    }));
    await writeDurably(
      path,
      `${JSON.stringify({ seconds: result.seconds, trials: scores }, null, 2)}\n`,
    );
    for (const { trial, failure } of result.trials) {
      this.journals.get(trial.name)?.end(failure === undefined ? 'FINISHED' : 'FAILED');
    }
    this.parent.logArtifact(path);
    this.parent.end(
      result.trials.some(({ failure }) => failure !== undefined) ? 'FAILED' : 'FINISHED',
    );
    await this.sync();
  }

  private async openTrial(trial: Trial, index: number, experiment: string): Promise<void> {
    const { id, runFolder } = this.sweep;
    const folder = join(runFolder, 'tracking', `trial-${String(index).padStart(4, '0')}`);
    this.folders.push(folder);
    const recorded = recordedTasks(folder);
    this.recorded.set(trial.name, recorded ?? new Set());
    const journal = RunJournal.open(folder, {
      experiment,
      runKey: `${id}/${trial.name}`,
      name: trial.name,
      parentRunKey: id,
    });
    this.journals.set(trial.name, journal);
    if (recorded !== undefined) return;
    const axes = Object.entries(trial.axes).map(([path, value]) => [
      path,
      typeof value === 'string' ? value : canonicalJson(value),
    ]);
    journal.logParams({
      ...(Object.fromEntries(axes) as Record<string, string>),
      seed: trial.seed,
    });
    const config = join(folder, 'config.json');
    await writeFile(config, `${JSON.stringify(trial.config, null, 2)}\n`);
    journal.logArtifact(config);
  }

  private async sync(): Promise<void> {
    if (this.client === undefined) return;
    try {
      for (const folder of this.folders) await syncJournal(folder, this.client);
    } catch (error) {
      if (!(error instanceof MlflowError)) throw error;
      this.syncProblem = error.message; // training is done and recorded: a server that is away fails nothing
    }
  }

  /** Why the server does not have everything; undefined when it does or there is none. */
  get problem(): string | undefined {
    return this.syncProblem;
  }
}

/** Tag that names a stage's task. */
const STAGE_TAG = 'omnict.stage.';

/** Tasks a journal tells of; undefined when there is none yet. */
function recordedTasks(folder: string): Set<string> | undefined {
  if (!existsSync(join(folder, JOURNAL_FILE))) return undefined;
  const tags = readJournal(folder).flatMap((event) =>
    event.type === 'tags' ? Object.entries(event.tags) : [],
  );
  return new Set(tags.filter(([key]) => key.startsWith(STAGE_TAG)).map(([, value]) => value));
}

function readMetrics(path: string, stage: string): Metric[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Extract<WorkerEvent, { type: 'metric' }>)
    .map(({ key, value, step, timestamp }) => ({ key: `${stage}/${key}`, value, step, timestamp }));
}
