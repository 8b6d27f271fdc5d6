import { describe, expect, it } from 'vitest';
import { schemaCheck } from './schema-check';

const POINT = {
  type: 'object',
  properties: { x: { type: 'number' }, unit: { type: 'string', default: 'mm' } },
  required: ['x'],
};

describe('schemaCheck', () => {
  it('tells all mistakes of a value, and none of the next one that fits', () => {
    const isPoint = schemaCheck<{ x: number }>(POINT);
    expect(isPoint({ unit: 1 })).toBe(false);
    expect(isPoint.errors?.map(({ keyword }) => keyword)).toEqual(['required', 'type']);
    expect(isPoint({ x: 1 })).toBe(true);
    expect(isPoint.errors).toBeNull();
  });

  it('fills defaults in when told to, and leaves values alone otherwise', () => {
    const [left, filled] = [{ x: 1 }, { x: 1 }];
    expect(schemaCheck(POINT)(left)).toBe(true);
    expect(schemaCheck(POINT, { fillDefaults: true })(filled)).toBe(true);
    expect(left).toEqual({ x: 1 });
    expect(filled).toEqual({ x: 1, unit: 'mm' });
  });

  it('takes no NaN and no infinity for a number', () => {
    const isPoint = schemaCheck(POINT);
    expect([isPoint({ x: NaN }), isPoint({ x: Infinity })]).toEqual([false, false]);
  });

  it('keeps the mistakes of one check apart from those of another with the same schema', () => {
    const [first, second] = [schemaCheck(POINT), schemaCheck(POINT)];
    first({});
    second({ x: 1 });
    expect(first.errors).toHaveLength(1);
  });
});
