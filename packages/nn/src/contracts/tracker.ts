/** One value of one metric. */
export interface Metric {
  key: string;
  value: number;
  step: number;
  /** Milliseconds since 1970. */
  timestamp: number;
}

/** Terminal states a run can end in, in MLflow's words. */
export type RunStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/** A run that is being recorded. All calls return at once; the journal on disk is the truth. */
export interface TrackedRun {
  readonly runKey: string;
  logParams(params: Readonly<Record<string, string | number | boolean>>): void;
  logMetrics(metrics: readonly Metric[]): void;
  setTags(tags: Readonly<Record<string, string>>): void;
  /** Registers a file for upload under `artifactPath` (a folder inside the run). */
  logArtifact(file: string, artifactPath?: string): void;
  end(status: RunStatus): void;
}
