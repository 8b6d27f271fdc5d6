/** One value of one metric. */
export interface Metric {
  key: string;
  value: number;
  step: number;
  /** Milliseconds since 1970. */
  timestamp: number;
}

/** A dataset that a run reads. */
export interface DatasetInput {
  name: string;
  /** Hash of its content; trackers may keep only the first 36 characters. */
  digest: string;
  /** What kind of place it comes from, for instance `local`, `code`, `hf`. */
  sourceType: string;
  /** Where it comes from. */
  source: Readonly<Record<string, unknown>>;
  /** Counts and the like. */
  profile?: Readonly<Record<string, unknown>>;
  /** What it is used for: `training`, `testing`, ... */
  context?: string;
}

/** A model that a run made: a folder of files. */
export interface ModelOutput {
  name: string;
  /** Kind of model, for instance `omnict`. */
  modelType: string;
  params?: Readonly<Record<string, string>>;
  /** Name under which it is registered as a new version; not registered when left out. */
  registeredName?: string;
}

/** Terminal states a run can end in, in MLflow's words. */
export type RunStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/** A run that is being recorded. All calls return at once; the journal on disk is the truth. */
export interface TrackedRun {
  readonly runKey: string;
  /** A param is written once: another value later is an error. */
  logParams(params: Readonly<Record<string, string | number | boolean>>): void;
  /** @param tags set together with them: both are there afterwards, or neither */
  logMetrics(metrics: readonly Metric[], tags?: Readonly<Record<string, string>>): void;
  setTags(tags: Readonly<Record<string, string>>): void;
  /** Registers a file for upload under `artifactPath` (a folder inside the run). */
  logArtifact(file: string, artifactPath?: string): void;
  logInputs(inputs: readonly DatasetInput[]): void;
  /** Registers a folder for upload as a model. */
  logModel(folder: string, model: ModelOutput): void;
  /** @param endTime milliseconds since 1970; default: now */
  end(status: RunStatus, endTime?: number): void;
}
