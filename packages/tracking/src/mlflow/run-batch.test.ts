import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits';
import { batches, halves, type RunBatch } from './run-batch';

const record = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc
    .tuple(fc.constantFrom('x', 'ü', '"'), fc.nat({ max: 6000 }))
    .map(([letter, n]) => letter.repeat(n)),
  { minKeys: 0, maxKeys: 300, size: 'max' },
);
const metrics = fc
  .nat({ max: 3500 })
  .map((count) =>
    Array.from({ length: count }, (_, step) => ({ key: 'm', value: step, step, timestamp: 1 })),
  );

/** All that batches hold, put together again. */
function merged(parts: readonly RunBatch[]): RunBatch {
  return {
    params: Object.assign({}, ...parts.map(({ params }) => params)) as RunBatch['params'],
    tags: Object.assign({}, ...parts.map(({ tags }) => tags)) as RunBatch['tags'],
    metrics: parts.flatMap((part) => part.metrics),
  };
}

describe('batches', () => {
  it('hold everything once, in order, within the limits of the server', () => {
    fc.assert(
      fc.property(record, record, metrics, (params, tags, values) => {
        const all = { params, tags, metrics: values };
        const parts = [...batches(all)];
        expect(merged(parts)).toEqual(all);
        for (const part of parts) {
          const counts = [part.params, part.tags].map((entries) => Object.keys(entries).length);
          expect(counts[0]).toBeLessThanOrEqual(LIMITS.paramsPerBatch);
          expect(counts[1]).toBeLessThanOrEqual(LIMITS.tagsPerBatch);
          const entities = (counts[0] ?? 0) + (counts[1] ?? 0) + part.metrics.length;
          expect(entities).toBeLessThanOrEqual(LIMITS.entitiesPerBatch);
          expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(LIMITS.bytesPerBatch);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('halve until one entry is left', () => {
    const [batch] = [...batches({ params: { a: '1' }, tags: { b: '2', c: '3' } })];
    const parts = halves(batch as RunBatch);
    expect(merged(parts ?? [])).toEqual(batch);
    expect(halves({ params: { a: '1' }, tags: {}, metrics: [] })).toBeUndefined();
  });
});
