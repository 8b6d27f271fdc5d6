import { describe, expect, it } from 'vitest';
import { configParams } from './config-params';
import { RecordedPoints } from './recorded-points';
import { seedFigures } from './score-figures';

const point = (step: number, value: number) => ({
  key: 'finetune/loss',
  value,
  step,
  timestamp: 1000 + step,
});

describe('points of a journal', () => {
  it('are recorded once, also when another process goes on from the journal', () => {
    const points = new RecordedPoints();
    const tags = points.tagsBefore('finetune', 'key');
    expect(points.fresh('finetune', 'key', [point(1, 0.5), point(2, NaN)])).toHaveLength(2);
    // From a checkpoint, step 2 comes again; a number that differs is told.
    const again = [point(2, NaN), point(3, 0.3), point(1, 0.6)];
    expect(points.fresh('finetune', 'key', again)).toEqual([point(3, 0.3), point(1, 0.6)]);
    const other = new RecordedPoints();
    other.add({ type: 'tags', tags });
    other.add({ type: 'metrics', metrics: [point(1, 0.5), { ...point(2, 0), value: 'NaN' }] });
    expect(other.tagsBefore('finetune', 'key')).toEqual({});
    expect(other.fresh('finetune', 'key', [point(1, 0.5), point(2, NaN), point(3, 1)])).toEqual([
      point(3, 1),
    ]);
  });

  it('of another task under the same stage are told anew; those of a whole task never', () => {
    const points = new RecordedPoints();
    points.fresh('finetune', 'old', [point(1, 0.5)]);
    expect(points.fresh('finetune', 'new', [point(1, 0.5)])).toHaveLength(1);
    points.add({ type: 'tags', tags: points.tagsAfter('finetune', 'new') });
    expect([points.isWhole('finetune', 'new'), points.isWhole('finetune', 'old')]).toEqual([
      true,
      false,
    ]);
  });
});

describe('params and figures', () => {
  it('are named by their path in the config', () => {
    const config = {
      train: { finetune: { learningRate: 0.002, layers: [1, 2] } },
      model: { mask: null, 'odd:key': {} },
    };
    expect(configParams(config)).toEqual({
      'train.finetune.learningRate': '0.002',
      'train.finetune.layers': '[1,2]',
      'model.mask': 'null',
      'model.odd_key': '{}',
    });
  });

  it('over seeds have a mean, a deviation and a number', () => {
    const figures = [{ a: 1, 'a.low': 0 }, { a: 2 }, { a: 3 }] as Record<string, number>[];
    expect(seedFigures(figures)).toEqual({ 'a.mean': 2, 'a.n': 3, 'a.deviation': 1 });
    expect(seedFigures([{ a: 1 }])).toEqual({ 'a.mean': 1, 'a.n': 1 });
  });
});
