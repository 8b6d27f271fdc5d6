import type { Metric } from '@omnict/core';
import type { StageTask, TaskResult } from '@omnict/pipeline';
import {
  JournalFlusher,
  lockFolder,
  type MlflowClient,
  type Release,
  SystemMetrics,
} from '@omnict/tracking';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scoreMetrics } from '../stages/score';
import type { PreparedSweep, SweepResult, Trial } from '../sweep';
import { LiveMetrics, metricsOf } from './live-metrics';
import { OnceJournal } from './once-journal';
import { recordSettings } from './setting-runs';
import { sourceTags } from './source-tags';
import { bestTrial, writeResults } from './sweep-results';
import type { SweepSummary } from './sweep-summary';
import { TrialJournal } from './trial-journal';
import { TrialOutputs } from './trial-outputs';

/** Where a trial stands. */
interface TrialState {
  trial: Trial;
  index: number;
  /** Made when its first task begins: a run's start cannot be changed later. */
  journal?: TrialJournal;
  /** Keys of its tasks without a fate. */
  open: Set<string>;
  failed?: { task: StageTask; message: string };
  isStopped: boolean;
  /** What a search says of it, when it stopped it. */
  pruned?: string;
}

/** The journals of a sweep, held by one process at a time. */
export class SweepJournals {
  private readonly trials = new Map<string, TrialState>();
  private readonly flusher: JournalFlusher | undefined;
  private readonly system: SystemMetrics;
  private readonly live: LiveMetrics;
  private readonly parent: OnceJournal;
  private readonly root: string;
  private readonly experiment: string;
  private readonly source: Record<string, string>;
  private readonly outputs: TrialOutputs;
  /** What reads files before it records: one after the other, in the order of events. */
  private work: Promise<void> = Promise.resolve();
  private problem: string | undefined;
  private isLost = false;

  private constructor(
    private readonly sweep: PreparedSweep,
    private readonly release: Release,
    client: MlflowClient | undefined,
  ) {
    const { spec, id, plan, cache, runFolder } = sweep;
    this.root = join(runFolder, 'tracking');
    this.experiment = spec.tracking.experiment ?? `omnict/${spec.name}`;
    this.source = sourceTags(spec.name);
    this.outputs = new TrialOutputs(sweep);
    const folder = join(this.root, 'sweep');
    this.parent = new OnceJournal(folder, { experiment: this.experiment, runKey: id, name: id });
    this.parent.setTags({ ...this.source, 'omnict.sweep': spec.name, 'omnict.kind': 'sweep' });
    this.flusher = client && new JournalFlusher(client, { filesIn: dirname(cache.folder) });
    this.flusher?.add(folder);
    this.system = new SystemMetrics(this.parent.journal);
    for (const [index, trial] of plan.trials.entries()) {
      this.trials.set(trial.name, { trial, index, open: new Set(), isStopped: false });
    }
    for (const { key, trials } of plan.tasks) {
      for (const name of trials) this.trials.get(name)?.open.add(key);
    }
    this.live = new LiveMetrics(cache, plan.tasks, (task, metrics) =>
      this.recordLive(task, metrics),
    );
  }

  /** Opens them; undefined when another process has them. */
  static async open(
    sweep: PreparedSweep,
    client: MlflowClient | undefined,
    waitSeconds = 0,
  ): Promise<SweepJournals | undefined> {
    const root = join(sweep.runFolder, 'tracking');
    await mkdir(root, { recursive: true });
    const claim: { holder?: SweepJournals; isLost: boolean } = { isLost: false };
    const release = await lockFolder(root, waitSeconds, () => {
      claim.isLost = true;
      claim.holder?.lose();
    });
    if (release === undefined) return undefined;
    const journals = new SweepJournals(sweep, release, client);
    claim.holder = journals;
    if (claim.isLost) journals.lose();
    else journals.start();
    return journals;
  }

  /** Takes note of a task's beginning or end. */
  onStatus({
    task,
    result,
    timeMs,
  }: {
    task: StageTask;
    result: TaskResult;
    timeMs: number;
  }): void {
    if (this.isLost) return;
    const states = task.trials.flatMap((name) => this.trials.get(name) ?? []);
    const { status } = result;
    if (!['skipped', 'stopped', 'waiting', 'pruned'].includes(status)) {
      for (const state of states) this.begin(state, timeMs);
    }
    if (status === 'running' || status === 'waiting') return;
    for (const state of states) {
      state.open.delete(task.key);
      if (status === 'stopped') state.isStopped = true;
      if (status === 'pruned') state.pruned ??= result.message ?? 'stopped by the search';
      if (status === 'failed') state.failed ??= { task, message: result.message ?? 'failed' };
    }
    this.later(async () => {
      const metrics = await metricsOf(this.sweep.cache, task);
      const isWhole = status === 'done' || status === 'cached';
      const data =
        isWhole && task.stage === 'dataset' ? await this.outputs.datasetOf(task) : undefined;
      if (this.isLost) return;
      for (const { journal } of states) {
        if (data !== undefined) journal?.recordDataset(data);
        if (isWhole) journal?.recordWhole(task, metrics);
        else journal?.recordLive(task, metrics);
      }
    });
    for (const state of states) {
      if (state.open.size === 0) this.later(() => this.endTrial(state, timeMs));
    }
  }

  /** Records what the sweep came to, ends its run, and brings all to the server. */
  async finish(result: SweepResult, summary: SweepSummary): Promise<string | undefined> {
    const { runFolder, spec } = this.sweep;
    await this.system.stop();
    await this.live.stop();
    await this.work;
    const path = await writeResults(runFolder, result);
    if (this.isLost) return undefined;
    recordSettings(result.trials, {
      summary,
      root: this.root,
      experiment: this.experiment,
      parentRunKey: this.sweep.id,
      onFolder: (folder) => this.flusher?.add(folder),
    });
    const best = bestTrial(result, scoreMetrics(spec.config.score));
    if (best !== undefined) {
      this.parent.setTags({ 'omnict.best': best.name });
      this.parent.logFigures(best.figures);
    }
    this.parent.setTags(
      summary.description === undefined ? {} : { 'mlflow.note.content': summary.description },
    );
    for (const file of [path, ...summary.artifacts]) this.parent.logArtifact(file);
    const failures = result.trials.filter(
      ({ failure, isPruned }) => failure !== undefined && isPruned !== true,
    );
    const isOnlyStopped = failures.every(({ isStopped }) => isStopped === true);
    this.parent.reopen();
    this.parent.end(
      failures.length === 0 ? 'FINISHED' : isOnlyStopped ? 'KILLED' : 'FAILED',
      Date.now(),
    );
    await this.flusher?.stop();
    await this.release();
    // Training is done and recorded: a server that is away fails nothing.
    return this.problem ?? this.flusher?.problem?.message;
  }

  private start(): void {
    this.flusher?.start();
    this.live.start();
    if (this.sweep.spec.tracking.systemMetrics) this.system.start();
  }

  /** Another process may record the sweep now, since this one was suspended: it alone does. */
  private lose(): void {
    this.isLost = true;
    this.flusher?.abandon();
    void this.live.stop();
    void this.system.stop();
  }

  private recordLive(task: StageTask, metrics: readonly Metric[]): void {
    if (this.isLost) return;
    this.guard(() => {
      for (const name of task.trials) {
        const state = this.trials.get(name);
        if (state === undefined) continue;
        this.begin(state, Date.now());
        state.journal?.recordLive(task, metrics);
      }
    });
  }

  /** Opens a trial's journal. */
  private begin(state: TrialState, startTime: number): void {
    if (state.journal !== undefined) return;
    const { trial, index } = state;
    const folder = join(this.root, `trial-${String(index).padStart(4, '0')}`);
    const { experiment } = this;
    const place = { folder, experiment, parentRunKey: this.sweep.id, startTime };
    state.journal = new TrialJournal(trial, place);
    state.journal.setTags(this.source);
    this.flusher?.add(folder);
  }

  /** Records what became of a trial all of whose tasks have their fate. */
  private async endTrial(state: TrialState, timeMs: number): Promise<void> {
    const { journal, failed, isStopped, pruned } = state;
    if (journal === undefined || this.isLost) return;
    if (failed !== undefined) {
      const { task, message } = failed;
      journal.recordFailure(`${task.stage}: ${message}`, await this.outputs.logOf(task));
      journal.end('FAILED', timeMs);
    } else if (pruned !== undefined) {
      journal.setTags({ 'omnict.pruned': pruned });
      journal.end('FINISHED', timeMs);
    } else if (isStopped) {
      journal.setTags({ 'omnict.stopped': 'before its end; the same command goes on' });
      journal.end('KILLED', timeMs);
    } else {
      await this.outputs.record(state.trial, journal);
      journal.clearFailure();
      journal.end('FINISHED', timeMs);
    }
  }

  /** Does work after all that was asked for before. Nothing that recording meets may cost the sweep. */
  private later(work: () => Promise<void>): void {
    this.work = this.work.then(work).catch((error: unknown) => this.note(error));
  }

  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.note(error);
    }
  }

  private note(error: unknown): void {
    this.problem ??= error instanceof Error ? error.message : String(error);
  }
}
