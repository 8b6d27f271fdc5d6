import { expect, it } from 'vitest';
import { createMetrics, type OwnMetrics } from './metric-names';
import type { OwnMetric } from './own-metric';
import type { PredictionRow } from './prediction-row';
import { scoreRows } from './score-rows';

const row = (more: Partial<PredictionRow> & Pick<PredictionRow, 'id'>): PredictionRow => ({
  prediction: 'yes',
  references: ['yes'],
  fields: { taskType: 'judgment' },
  ...more,
});
const ROWS = [
  row({ id: '1' }),
  row({ id: '2', prediction: 'perhaps' }),
  row({ id: '3', prediction: '', fields: { taskType: 'judgment', skill: 'count' } }),
  row({
    id: '4',
    prediction: 'upper lobe',
    references: ['left upper lobe'],
    fields: { taskType: 'short-answer', modality: 'volume', scanner: 'x' },
  }),
];

it('limits a metric to open or to closed questions', async () => {
  const { figures, samples } = await scoreRows(ROWS, {
    metrics: ['accuracy', 'token-f1', 'token-f1:open', 'Token_F1:closed'],
  });
  expect(figures.metrics['accuracy']).toMatchObject({ value: 1 / 3, count: 3, unparsed: 2 });
  expect(figures).toMatchObject({ count: 4, empty: 1, unparsed: 2 });
  expect(figures.metrics['token-f1']?.count).toBe(4);
  expect(figures.metrics['token-f1:open']).toMatchObject({
    value: expect.closeTo(0.8, 12) as number,
    count: 1,
    variant: expect.stringMatching(/open questions$/) as string,
  });
  expect(figures.metrics['Token_F1:closed']?.count).toBe(3);
  expect(samples[3]).toMatchObject({ id: '4', modality: 'volume', statistics: { accuracy: null } });
});

it('groups by what records say, by closed or open, and by any field that is asked for', async () => {
  const { figures } = await scoreRows(ROWS, { metrics: ['accuracy'], groupBy: ['scanner'] });
  expect(Object.keys(figures.groups).sort()).toEqual(
    ['kind', 'modality', 'scanner', 'skill', 'taskType'].sort(),
  );
  expect(figures.groups['skill']?.['count']).toMatchObject({ count: 1, scores: { accuracy: 0 } });
  expect(figures.groups['kind']?.['open']).toMatchObject({ count: 1, scores: { accuracy: null } });
  expect(figures.groups['scanner']?.['x']?.count).toBe(1);
});

it("takes the user's metrics, by name and limited too", async () => {
  const own: OwnMetrics = new Map<string, OwnMetric>([
    ['words', (sample) => (sample.prediction.includes(' ') ? 1 : 0)],
    ['broken', () => NaN],
  ]);
  const { figures } = await scoreRows(ROWS, { metrics: ['words', 'words:open'], own });
  expect(figures.scores).toEqual({ words: 0.25, 'words:open': 1 });
  await expect(scoreRows(ROWS, { metrics: ['broken'], own })).rejects.toThrow(
    /metric 'broken': gave NaN for sample '1'/,
  );
  expect(() => createMetrics(['word'], { own })).toThrow(/auroc, words, broken, got 'word'/);
});

it('heads columns with the name of the field, unless two would be alike', () => {
  const titles = (...names: string[]) => createMetrics(names).map(({ title }) => title);
  expect(titles('accuracy', 'token-f1:open')).toEqual(['closed accuracy', 'Token-F1']);
  expect(titles('token-f1', 'token-f1:open')).toEqual(['token-f1', 'token-f1:open']);
});
