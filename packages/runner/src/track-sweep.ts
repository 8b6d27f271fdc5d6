import { canonicalJson, type Metric, withoutFileNames } from '@omnict/core';
import {
  clientFromEnvironment,
  JOURNAL_FILE,
  JournalFlusher,
  lockFolder,
  type MlflowClient,
  readJournal,
  redactJson,
  type Release,
  RunJournal,
  SystemMetrics,
} from '@omnict/tracking';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type StageTask, type TaskResult, type WorkerEvent, writeDurably } from '@omnict/pipeline';
import { MODEL } from './stages/train-stages';
import type { PreparedSweep, SweepResult, Trial } from './sweep';

/** Seconds to wait, when a sweep ends, for another process that records it; a dead one's claim is void sooner. */
const RECORDER_PATIENCE = 15;

/** Tag that names a stage's task. */
const STAGE_TAG = 'omnict.stage.';

/**
 * Records a sweep: one parent run, one nested run a trial. When two processes run the same sweep, one
 * of them records it: both see every task end.
 */
export class SweepTracker {
  private journals: SweepJournals | undefined;
  private readonly finished: StageTask[] = [];

  private constructor(
    private readonly sweep: PreparedSweep,
    private readonly client: MlflowClient | undefined,
  ) {}

  /** Opens the journals, or continues those of an earlier attempt. @throws ConfigError for a bad server */
  static async start(sweep: PreparedSweep): Promise<SweepTracker> {
    const client = clientFromEnvironment(process.env, sweep.spec.tracking.uri, { tries: 2 });
    const tracker = new SweepTracker(sweep, client);
    tracker.journals = await SweepJournals.open(sweep, client);
    return tracker;
  }

  /** A finished task's metrics go to every trial that shares it, also when the cache had it. */
  onStatus(task: StageTask, { status }: TaskResult): void {
    if (status !== 'done' && status !== 'cached') return;
    this.finished.push(task);
    this.journals?.record(task);
  }

  /**
   * Ends all runs and brings them to the server when there is one.
   *
   * @param artifacts further files of the parent run
   * @returns why the server does not have everything; undefined when it does or there is none
   */
  async finish(
    result: SweepResult,
    artifacts: readonly string[] = [],
  ): Promise<string | undefined> {
    if (this.journals === undefined) {
      this.journals = await SweepJournals.open(this.sweep, this.client, RECORDER_PATIENCE);
      for (const task of this.finished) this.journals?.record(task);
    }
    return this.journals?.finish(result, artifacts);
  }
}

/** The journals of a sweep, held by one process at a time. */
class SweepJournals {
  private readonly trials = new Map<string, RunJournal>();
  /** Keys of the tasks that each trial's journal has already, from an earlier run of the sweep. */
  private readonly recorded = new Map<string, Set<string>>();
  private readonly flusher: JournalFlusher | undefined;
  private readonly system: SystemMetrics;

  private constructor(
    private readonly sweep: PreparedSweep,
    private readonly parent: RunJournal,
    { client, release }: { client: MlflowClient | undefined; release: Release },
  ) {
    const filesIn = dirname(sweep.cache.folder);
    this.flusher = client && new JournalFlusher(client, { filesIn });
    this.system = new SystemMetrics(parent);
    this.release = release;
  }

  private readonly release: Release;
  private isLost = false;

  /** Opens them; undefined when another process has them. */
  static async open(
    sweep: PreparedSweep,
    client: MlflowClient | undefined,
    waitSeconds = 0,
  ): Promise<SweepJournals | undefined> {
    const { spec, id, runFolder, plan } = sweep;
    const root = join(runFolder, 'tracking');
    await mkdir(root, { recursive: true });
    const claim: { holder?: SweepJournals; isLost: boolean } = { isLost: false };
    const release = await lockFolder(root, waitSeconds, () => {
      claim.isLost = true;
      claim.holder?.lose();
    });
    if (release === undefined) return undefined;
    const experiment = spec.tracking.experiment ?? `omnict/${spec.name}`;
    const folder = join(root, 'sweep');
    const parent = RunJournal.open(folder, { experiment, runKey: id, name: id });
    parent.setTags({ 'omnict.sweep': spec.name });
    const journals = new SweepJournals(sweep, parent, { client, release });
    claim.holder = journals;
    if (claim.isLost) journals.lose();
    journals.flusher?.add(folder);
    for (const [index, trial] of plan.trials.entries()) {
      await journals.openTrial(trial, index, experiment);
    }
    journals.flusher?.start();
    if (spec.tracking.system_metrics) journals.system.start();
    return journals;
  }

  /** Another process may record the sweep now, since this one was suspended: it alone does. */
  lose(): void {
    this.isLost = true;
    this.flusher?.abandon();
    void this.system.stop();
  }

  record(task: StageTask): void {
    if (this.isLost) return;
    const { metrics: path } = this.sweep.cache.records(task.key);
    const metrics = existsSync(path) ? readMetrics(path, task.stage) : [];
    for (const name of task.trials) {
      if (this.recorded.get(name)?.has(task.key) === true) continue; // metrics append: never twice
      const journal = this.trials.get(name);
      if (task.stage === 'dataset') this.recordDataset(name, task.key);
      journal?.logMetrics(metrics, { [`${STAGE_TAG}${task.stage}`]: task.key });
      this.recorded.get(name)?.add(task.key);
    }
  }

  async finish(result: SweepResult, artifacts: readonly string[]): Promise<string | undefined> {
    await this.system.stop();
    const { runFolder, spec, plan, cache } = this.sweep;
    const path = join(runFolder, 'results.json');
    const scores = result.trials.map(({ trial, model, majority, failure }) => ({
      // Goes to the server.
      ...(redactJson({ trial: trial.name, row: trial.row, axes: trial.axes, failure }) as object),
      seed: trial.seed,
      overall: model?.figures.metrics,
      modality: model?.figures.groups['modality'],
      majority: majority?.figures.groups['modality'],
    }));
    await writeDurably(
      path,
      `${JSON.stringify({ seconds: result.seconds, trials: scores }, null, 2)}\n`,
    );
    if (this.isLost) return undefined;
    for (const { trial, failure } of result.trials) {
      const trained = await cache.lookUp(plan.taskOf.get(trial.name)?.['finetune'] ?? '');
      const journal = this.trials.get(trial.name);
      if (spec.tracking.models && failure === undefined && trained !== null) {
        journal?.logModel(join(trained.outputs, MODEL), {
          name: trial.name.replaceAll(/[^\w.-]+/g, '-'),
          modelType: 'omnict',
        });
      }
      journal?.end(failure === undefined ? 'FINISHED' : 'FAILED');
    }
    for (const file of [path, ...artifacts]) this.parent.logArtifact(file);
    this.parent.end(
      result.trials.some(({ failure }) => failure !== undefined) ? 'FAILED' : 'FINISHED',
    );
    await this.flusher?.stop();
    await this.release();
    // Training is done and recorded: a server that is away fails nothing.
    return this.flusher?.problem?.message;
  }

  private recordDataset(trialName: string, key: string): void {
    const trial = this.sweep.plan.trials.find(({ name }) => name === trialName);
    if (trial === undefined) return;
    const name = trial.config.data.dataset;
    this.trials
      .get(trialName)
      ?.logInputs([{ name, digest: key, sourceType: 'local', source: { stage: 'dataset', key } }]);
  }

  private async openTrial(trial: Trial, index: number, experiment: string): Promise<void> {
    const { id, runFolder } = this.sweep;
    const folder = join(runFolder, 'tracking', `trial-${String(index).padStart(4, '0')}`);
    const recorded = recordedTasks(folder);
    this.recorded.set(trial.name, recorded ?? new Set());
    const journal = RunJournal.open(folder, {
      experiment,
      runKey: `${id}/${withoutFileNames(trial.name)}`,
      name: withoutFileNames(trial.name),
      parentRunKey: id,
    });
    this.trials.set(trial.name, journal);
    this.flusher?.add(folder);
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
    await writeFile(config, `${JSON.stringify(redactJson(trial.config), null, 2)}\n`);
    journal.logArtifact(config);
  }
}

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
