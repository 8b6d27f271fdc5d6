import { createMetrics, type NamedMetric } from './metric-names';
import type { MetricOptions } from './metric-options';
import { GROUP_FIELDS, type PredictionRow } from './prediction-row';
import { type PredictionFiles, readPredictions } from './read-predictions';
import type { Measurement } from './sample-metric';

/** Rows measured at a time: enough for batches of an encoder, little memory. */
export const BATCH_ROWS = 256;

/** A row's numbers, without its texts. */
export interface MeasuredRow {
  cluster: string | undefined;
  /** By field, for instance `organ`. */
  groups: Readonly<Partial<Record<(typeof GROUP_FIELDS)[number], string>>>;
  /** For each metric; null where it does not apply. */
  statistics: readonly (readonly number[] | null)[];
}

/** All rows of a file by id, and the metrics that measured them. */
export interface MeasuredFile {
  metrics: readonly NamedMetric[];
  rows: ReadonlyMap<string, MeasuredRow>;
}

/** Measures every row of a file. @throws as `scoreFile` */
export async function measureFile(
  files: PredictionFiles,
  { metrics: names, ...options }: MetricOptions & { metrics: readonly string[] },
): Promise<MeasuredFile> {
  const metrics = createMetrics(names, options);
  await collectAll(files, metrics);
  const rows = new Map<string, MeasuredRow>();
  for await (const batch of batches(readPredictions(files))) {
    const columns: (Measurement | null)[][] = [];
    for (const { metric } of metrics) columns.push(await metric.measure(batch));
    batch.forEach((row, index) => {
      rows.set(row.id, {
        cluster: row.cluster,
        groups: groupsOf(row),
        statistics: columns.map((column) => column[index]?.statistics ?? null),
      });
    });
  }
  return { metrics, rows };
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

function groupsOf(row: PredictionRow): MeasuredRow['groups'] {
  return Object.fromEntries(
    GROUP_FIELDS.flatMap((field) => {
      const value = row[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
}
