import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchShape, chooseShapes, fitting } from './batch-shapes';

const shape = (length: number, answerLength: number): BatchShape => ({
  volume: { length, answerLength },
});
const cost = (own: BatchShape): number =>
  Object.values(own).reduce((sum, part) => sum + 2 * part.length + part.answerLength, 0);

describe('chooseShapes', () => {
  it('has room for every batch, in few shapes, from cheap to dear', () => {
    const part = fc.record({
      length: fc.integer({ min: 1, max: 9 }),
      answerLength: fc.integer({ min: 1, max: 5 }),
    });
    const any = fc.oneof(fc.record({ slice: part, volume: part }), fc.record({ slice: part }));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 40 }), (needs) => {
        const shapes = chooseShapes({ needs, cost, firstCost: 3 });
        expect(shapes.length).toBeLessThanOrEqual(4);
        for (const needed of needs) expect(fitting(shapes, needed)).toBeDefined();
        expect(shapes.map(cost)).toEqual(shapes.map(cost).sort((a, b) => a - b));
      }),
    );
  });

  it('pads rare shapes, and gives those of their own that pay for a graph', () => {
    const needs = [
      ...Array.from({ length: 95 }, () => shape(48, 4)),
      shape(40, 4),
      shape(64, 40),
      shape(72, 4),
      shape(72, 8),
      shape(56, 32),
    ];
    // 95 batches of 48 tokens in place of 72 save more than the five that are longer.
    expect(chooseShapes({ needs, cost, firstCost: 30 })).toEqual([shape(48, 4), shape(72, 40)]);
    expect(chooseShapes({ needs, cost, firstCost: 1000 })).toEqual([shape(72, 40)]);
    expect(chooseShapes({ needs: [], cost, firstCost: 1 })).toEqual([]);
  });
});
