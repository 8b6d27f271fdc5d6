import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omnict } from './tiny-sweep/tiny-sweep';

const QUICKSTART = fileURLToPath(new URL('../../../experiments/quickstart.yaml', import.meta.url));

/** The quickstart's last arm and the one without vision, on a tenth of its images, of another seed. */
const SMALL = [
  'config.data.phantom={seed: 5, train: {slices: 24, volumes: 16}, test: {slices: 50, volumes: 30}, questionsPerVolume: 10, questionsPerSlice: 5}',
  'sweep.matrix={model.sce: [true], model.ose.strategy: [adaptive]}',
  '~sweep.baseline',
  '~report.paperTable',
];

/** Less than this above the questions alone, and the model may not be said to see. */
const POINTS = 0.2;

interface Results {
  trials: {
    trial: string;
    modality: Record<string, { metrics: Record<string, { value: number; count: number } | null> }>;
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'omnict-learns-'));
let results: Results;

beforeAll(() => {
  const { stdout, stderr, status } = omnict(
    folder,
    'run',
    QUICKSTART,
    ...SMALL,
    '--store',
    'store',
  );
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('error:')]);
  const page = stdout.trim().split('\n').at(-1)?.replace('Report: ', '') ?? '';
  results = JSON.parse(readFileSync(join(folder, page, '..', 'results.json'), 'utf8')) as Results;
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Closed accuracy of the trial with vision, or of the one without. */
function accuracy(isBlind: boolean, modality: string): { value: number; count: number } {
  const trial = results.trials.find((one) => one.trial.includes('no-image') === isBlind);
  return trial?.modality[modality]?.metrics['accuracy'] ?? { value: NaN, count: 0 };
}

describe('the quickstart', () => {
  it.each(['slice', 'volume'])(
    'sees: a full model beats the questions alone on a %s',
    (modality) => {
      const full = accuracy(false, modality);
      expect(full.count).toBeGreaterThan(100);
      expect(full.value - accuracy(true, modality).value).toBeGreaterThan(POINTS);
    },
  );

  it('has questions that tell nothing by themselves', () => {
    for (const modality of ['slice', 'volume']) {
      const { value, count } = accuracy(true, modality);
      const spread = Math.sqrt(0.25 / count);
      expect(value).toBeLessThan(0.5 + 3 * spread);
    }
  });
});
