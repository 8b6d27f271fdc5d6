import { FormatError } from '@omnict/core';
import { createMetrics, type NamedMetric, type OwnMetrics } from './metric-names';
import type { MetricOptions } from './metric-options';
import { GROUP_FIELDS, groupOf, KIND_FIELD, type PredictionRow } from './prediction-row';
import { type PredictionFiles, readPredictions } from './read-predictions';
import { scoreSamples } from './scorer';

/** Rows measured at a time: enough for batches of an encoder, little memory. */
const BATCH_ROWS = 256;

/** A row's numbers, without its texts. */
export interface MeasuredRow {
  cluster: string | undefined;
  /** By field, for instance `organ`. */
  groups: Readonly<Record<string, string>>;
  /** What the prediction was compared with. */
  expected: string;
  /** For each metric; null where it does not apply. */
  statistics: readonly (readonly number[] | null)[];
}

/** All rows of a file by id, and the metrics that measured them. */
export interface MeasuredFile {
  metrics: readonly NamedMetric[];
  rows: ReadonlyMap<string, MeasuredRow>;
}

/** Which metrics measure a file, and the fields that its rows are grouped by. */
export interface MeasureOptions extends MetricOptions {
  metrics: readonly string[];
  own?: OwnMetrics;
  /** Further fields to group by. */
  groupBy?: readonly string[];
}

/** Measures every row of a file. @throws as `scoreFile` */
export async function measureFile(
  files: PredictionFiles,
  { metrics: names, groupBy = [], ...options }: MeasureOptions,
): Promise<MeasuredFile> {
  const metrics = createMetrics(names, options);
  await collectAll(files, metrics);
  const fields = [...new Set([...GROUP_FIELDS, KIND_FIELD, ...groupBy])];
  const rows = new Map<string, MeasuredRow>();
  for await (const batch of batches(readPredictions(files))) {
    const samples = await scoreSamples(
      metrics.map(({ metric }) => metric),
      batch,
    );
    for (const { row, scores } of samples) {
      rows.set(row.id, {
        cluster: row.cluster,
        groups: Object.fromEntries(
          fields.flatMap((field) => {
            const value = groupOf(row, field);
            return value === undefined ? [] : [[field, value]];
          }),
        ),
        expected: row.answer ?? row.references.join(' | '),
        statistics: scores.map((score) => score?.statistics ?? null),
      });
    }
  }
  return { metrics, rows };
}

/** @throws FormatError when two files expect different answers of one id */
export function checkSameAnswers(
  first: { path: string; rows: MeasuredFile['rows'] },
  second: { path: string; rows: MeasuredFile['rows'] },
): void {
  for (const [id, { expected }] of first.rows) {
    const other = second.rows.get(id);
    if (other === undefined || other.expected === expected) continue;
    throw new FormatError(
      `${second.path}: id '${id}' has the answer '${other.expected}'; expected '${expected}', as in ${first.path}; compare answers to the same questions, or name the right answers with --references`,
    );
  }
}

/** Shows all rows to the metrics that must see them first. */
export async function collectAll(
  files: PredictionFiles,
  metrics: readonly NamedMetric[],
): Promise<void> {
  const collecting = metrics.filter(({ metric }) => metric.collect !== undefined);
  if (collecting.length === 0) return;
  for await (const rows of batches(readPredictions(files)))
    for (const { metric } of collecting) await metric.collect?.(rows);
}

/** Rows in batches. */
export async function* batches(
  rows: AsyncIterable<PredictionRow>,
): AsyncGenerator<PredictionRow[]> {
  let batch: PredictionRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
