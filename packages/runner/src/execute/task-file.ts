/** What a worker process is told: all it needs to run one task. */
export interface TaskFile {
  key: string;
  stage: string;
  section: unknown;
  seed: number;
  engine: string | undefined;
  cacheFolder: string;
  /** Module that exports `stages`; the built-in ones when absent. */
  stagesModule: string | undefined;
  /** Outputs folder of each needed stage. */
  inputs: Readonly<Record<string, string>>;
}

/** What a worker tells while it runs, one message an event. */
export type WorkerEvent =
  | { type: 'progress'; done: number; total: number }
  | { type: 'log'; text: string }
  | { type: 'metric'; key: string; value: number; step: number; timestamp: number }
  | { type: 'failed'; message: string };

/** Exit code of a worker that was asked to stop and saved a checkpoint: try again later. */
export const EXIT_STOPPED = 75;
