import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { aggregateOrganTokens, poolBox, selectAllTokens } from '../src/index';

type Triple = [number, number, number];

/** torch.nn.functional.adaptive_avg_pool3d: tools/reference/generate.py. */
const { grid, channels, tokens, cases } = JSON.parse(
  readFileSync(new URL('./expected/adaptive-pool.json', import.meta.url), 'utf8'),
) as {
  grid: Triple;
  channels: number;
  tokens: number[];
  cases: { begin: Triple; end: Triple; output: Triple; pooled: number[][] }[];
};

describe('pooling of a box', () => {
  beforeAll(async () => {
    await selectEngine();
  });

  it.each(cases)('$begin to $end onto $output equals adaptive_avg_pool3d', (wanted) => {
    const { begin, end, output, pooled } = wanted;
    const plan = poolBox(selectAllTokens(grid), { begin, end }, output);
    const length = grid[0] * grid[1] * grid[2];
    const result = aggregateOrganTokens(
      tf.tensor3d(tokens, [1, length, channels]),
      tf.tensor3d(plan.weights, [1, plan.tokenCount, length]),
    );
    const values = result.dataSync();
    expect(values).toHaveLength(pooled.length * channels);
    pooled.flat().forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
  });
});
