import type { DatasetInput, Metric, ModelOutput, RunStatus } from '@omnict/core';

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

/** A metric in JSON, which knows no NaN and no infinity: they are written as text. */
export type StoredMetric = Omit<Metric, 'value'> & { value: number | string };

/** A metric as it is written. */
export function storedMetric(metric: Metric): StoredMetric {
  return Number.isFinite(metric.value) ? metric : { ...metric, value: String(metric.value) };
}

/** One line of a journal. Files and folders are relative to it. */
export type JournalEvent =
  | ({ type: 'run' } & RunHeader)
  | { type: 'params'; params: Record<string, string> }
  | { type: 'metrics'; metrics: StoredMetric[] }
  | { type: 'tags'; tags: Record<string, string> }
  | { type: 'artifact'; file: string; artifactPath: string; sha256: string }
  | { type: 'inputs'; inputs: DatasetInput[] }
  | ({ type: 'model'; folder: string } & ModelOutput)
  | { type: 'end'; status: RunStatus; endTime: number };
