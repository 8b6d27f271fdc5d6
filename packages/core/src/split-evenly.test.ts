import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitEvenly } from './split-evenly';

describe('splitEvenly', () => {
  it('keeps all items in order, in as few parts as can be, of sizes one apart', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (items, most) => {
        const parts = splitEvenly(items, most);
        expect(parts.flat()).toEqual(items);
        expect(parts).toHaveLength(Math.ceil(items.length / most));
        const sizes = parts.map(({ length }) => length);
        if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
      }),
    );
  });
});
