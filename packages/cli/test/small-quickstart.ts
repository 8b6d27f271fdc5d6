import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The quickstart, trained and evaluated for real on few images: SCE off and on, and no image. */
export const SMALL = [
  'config.data.phantom={seed: 1, train: {slices: 8, volumes: 4}, test: {slices: 8, volumes: 5}, questionsPerVolume: 8, questionsPerSlice: 4}',
  'config.train.pretrain.batchSize=8',
  'config.train.finetune.batchSize=2', // enough steps for a curve
  'sweep.matrix={model.sce: [false, true]}',
  'sweep.baseline={model.sce: false}',
];

/** What `results.json` of a run holds. */
export interface Results {
  trials: {
    trial: string;
    modality: Record<string, { metrics: Record<string, { value: number; count: number } | null> }>;
  }[];
}

/** Ids of the test questions, as the run's own predictions name them. */
export function testIds(store: string): string[] {
  const cache = join(store, 'cache');
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' });
  const [path = ''] = files.filter((name) => name.endsWith('predictions.jsonl'));
  const lines = readFileSync(join(cache, path), 'utf8').trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { id: string }).id);
}
