import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json';

describe('canonicalJson', () => {
  it('gives equal text for equal content, whatever the order of keys', () => {
    const one = { b: [1, undefined, { d: null, c: 'é"' }], a: { x: true, left: undefined } };
    const other = { a: { x: true }, b: [1, null, { c: 'é"', d: null }] };
    expect(canonicalJson(one)).toBe('{"a":{"x":true},"b":[1,null,{"c":"é\\"","d":null}]}');
    expect(canonicalJson(other)).toBe(canonicalJson(one));
    expect(JSON.parse(canonicalJson(one))).toEqual(other);
  });

  it('tells apart what differs in one value, also with kept texts', () => {
    const texts = new WeakMap<object, string>();
    const shared = { size: [32, 108, 108], window: [-1000, 1000] };
    const [first, second] = [1, 2].map((seed) =>
      canonicalJson({ prepare: shared, model: { seed } }, texts),
    );
    expect(first).toBe(canonicalJson({ model: { seed: 1 }, prepare: shared }));
    expect(second).toBe(canonicalJson({ model: { seed: 2 }, prepare: shared }));
    expect(first).not.toBe(second);
  });
});
