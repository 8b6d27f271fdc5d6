import type { Metric, RunStatus } from '@omnict/nn';

/** What a run is about. */
export interface RunHeader {
  experiment: string;
  /** Identifies the run for good: the server finds it again by this tag. */
  runKey: string;
  name: string;
  /** Key of the run this one is nested in. */
  parentRunKey?: string;
  /** Milliseconds since 1970. */
  startTime: number;
}

/** One line of a journal. */
export type JournalEvent =
  | ({ type: 'run' } & RunHeader)
  | { type: 'params'; params: Record<string, string> }
  | { type: 'metrics'; metrics: Metric[] }
  | { type: 'tags'; tags: Record<string, string> }
  | { type: 'artifact'; file: string; artifactPath: string; sha256: string }
  | { type: 'end'; status: RunStatus; endTime: number };
