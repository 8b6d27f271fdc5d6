import type { Metric } from '@omnict/core';
import { LIMITS } from './limits';

/** What one request can log about a run. */
export interface RunBatch {
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: Metric[];
}

/** An empty batch. */
export function emptyBatch(): RunBatch {
  return { params: {}, tags: {}, metrics: [] };
}

/** Bytes that JSON spends on an entry besides its key and value. */
const ENTRY_OVERHEAD = 64;

/** Splits what is to be logged into requests within MLflow's limits: params, then tags, then metrics. */
export function* batches(values: Partial<RunBatch>): Generator<RunBatch> {
  let batch = emptyBatch();
  let counts = { params: 0, tags: 0, metrics: 0, all: 0, bytes: 0 };
  for (const { kind, bytes, addTo } of items(values)) {
    const isFull =
      counts[kind] >= LIMITS[`${kind}PerBatch`] ||
      counts.all >= LIMITS.entitiesPerBatch ||
      counts.bytes + bytes > LIMITS.bytesPerBatch;
    if (isFull) {
      yield batch;
      batch = emptyBatch();
      counts = { params: 0, tags: 0, metrics: 0, all: 0, bytes: 0 };
    }
    addTo(batch);
    counts[kind]++;
    counts.all++;
    counts.bytes += bytes;
  }
  if (counts.all > 0) yield batch;
}

/** A batch in two, undefined when it holds one entry. */
export function halves({ params, tags, metrics }: RunBatch): [RunBatch, RunBatch] | undefined {
  const all = [...items({ params, tags, metrics })];
  if (all.length < 2) return undefined;
  const parts: [RunBatch, RunBatch] = [emptyBatch(), emptyBatch()];
  for (const [index, { addTo }] of all.entries()) addTo(parts[index < all.length / 2 ? 0 : 1]);
  return parts;
}

interface BatchItem {
  kind: keyof RunBatch;
  bytes: number;
  addTo: (batch: RunBatch) => void;
}

function* items({ params = {}, tags = {}, metrics = [] }: Partial<RunBatch>): Generator<BatchItem> {
  for (const [kind, record] of [
    ['params', params],
    ['tags', tags],
  ] as const) {
    for (const [key, value] of Object.entries(record)) {
      yield { kind, bytes: sizeOf(key, value), addTo: (batch) => (batch[kind][key] = value) };
    }
  }
  for (const metric of metrics) {
    yield {
      kind: 'metrics',
      bytes: sizeOf(metric.key, ''),
      addTo: (batch) => batch.metrics.push(metric),
    };
  }
}

/** Bytes an entry takes in a request, from above. */
function sizeOf(key: string, value: string): number {
  return ENTRY_OVERHEAD + key.length + Buffer.byteLength(JSON.stringify(value));
}
