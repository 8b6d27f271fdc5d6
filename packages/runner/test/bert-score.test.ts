import { bertScore, DocumentFrequencies } from '@omnict/eval';
import { selectEngine } from '@omnict/nn';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTokenEncoder, readBertScoreBaseline } from '../src/index';

/** Written by tools/reference/metrics/bert_score_checkpoints.py. */
const FOLDER = fileURLToPath(new URL('expected/bert-score/', import.meta.url));
const { pairs, expected } = JSON.parse(readFileSync(join(FOLDER, 'scores.json'), 'utf8')) as {
  pairs: [prediction: string, reference: string][];
  expected: Record<string, { layer: number; plain: number[][]; idf: number[][] }>;
};

beforeAll(async () => {
  await selectEngine();
});

describe.each(['bert', 'roberta'])('BERTScore of %s equals bert-score', (family) => {
  it.each(['plain', 'idf'] as const)('%s', async (kind) => {
    const wanted = expected[family];
    const encoder = await loadTokenEncoder(join(FOLDER, family), wanted?.layer);
    const frequencies = new DocumentFrequencies();
    for (const [, reference] of pairs) frequencies.add(encoder.tokenize(reference));
    const options = kind === 'idf' ? { weight: (id: number) => frequencies.weight(id) } : {};
    const predictions = await encoder.encode(pairs.map(([prediction]) => prediction));
    const references = await encoder.encode(pairs.map(([, reference]) => reference));
    encoder.dispose();
    expect(pairs.length).toBeGreaterThan(50);
    pairs.forEach((pair, index) => {
      const own = predictions[index];
      const other = references[index];
      if (own === undefined || other === undefined) throw new Error('no states');
      const { precision, recall, f1 } = bertScore(own, other, options);
      const [p = NaN, r = NaN, f = NaN] = wanted?.[kind][index] ?? [];
      const difference = Math.max(Math.abs(precision - p), Math.abs(recall - r), Math.abs(f1 - f));
      expect(difference, JSON.stringify(pair)).toBeLessThan(1e-4);
    });
  });
});

it('refuses a layer that the checkpoint lacks', async () => {
  await expect(loadTokenEncoder(join(FOLDER, 'bert'), 9)).rejects.toThrow(/has no layer 9/);
});

it("reads bert-score's table of baselines, by layer", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baseline-'));
  const path = join(folder, 'table.tsv');
  await writeFile(path, 'LAYER,P,R,F\n0,0.3,0.3,0.3\n1,0.8,0.81,0.82\n');
  await expect(readBertScoreBaseline(path, 1)).resolves.toEqual([0.8, 0.81, 0.82]);
  await expect(readBertScoreBaseline(path, 7)).rejects.toThrow(/no figures for layer 7/);
  await rm(folder, { recursive: true });
});
