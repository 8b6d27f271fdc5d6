import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, jsonIsland, markup } from './markup';
import { thinSeries } from './thin-series';
import { niceScale, placeOn, tickText } from './ticks';

describe('markup', () => {
  it('keeps whatever is put into it text', () => {
    const hostile = `</style><script>alert("1")</script>'\u202e`;
    expect(markup`<p title="${hostile}">${[hostile, 1, null]}</p>`.text).toBe(
      '<p title="&lt;/style&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;\\u202e">' +
        '&lt;/style&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;\\u202e1</p>',
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`<>&"'a\u202e\u0000`) }), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"'\u202a-\u202e]/);
      }),
    );
  });

  it('cuts what is too long, and says so', () => {
    const text = escapeText('x'.repeat(10_000));
    expect(text).toHaveLength(4000 + '… (10000 characters)'.length);
  });

  it('writes JSON that ends no element and is read back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant('</script><!--<script>')), (text) => {
        const { text: island } = jsonIsland('data', { text });
        const [, json = ''] = /^<script[^>]*>(.*)<\/script>$/su.exec(island) ?? [];
        expect(json).not.toContain('<');
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});

describe('thinned curves', () => {
  it('keep their ends, their extremes and their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minLength: 1,
          maxLength: 400,
        }),
        fc.integer({ min: 4, max: 60 }),
        (values, most) => {
          const points = values.map((value, step) => ({ step, value }));
          const thinned = thinSeries(points, most);
          expect(thinned.length).toBeLessThanOrEqual(Math.max(most, 4));
          expect(thinned[0]).toBe(points[0]);
          expect(thinned.at(-1)).toBe(points.at(-1));
          expect(Math.max(...thinned.map(({ value }) => value))).toBe(Math.max(...values));
          expect(Math.min(...thinned.map(({ value }) => value))).toBe(Math.min(...values));
          const steps = thinned.map(({ step }) => step);
          expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
        },
      ),
    );
  });
});

describe('scales', () => {
  it('hold their values and mark round ones', () => {
    expect(niceScale([0.13, 0.98]).ticks).toEqual([0, 0.5, 1]);
    expect(niceScale([-0.08, 0.31]).ticks).toEqual([-0.1, 0, 0.1, 0.2, 0.3, 0.4]);
    expect(niceScale([]).ticks.length).toBeGreaterThan(1);
    const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const scale = niceScale(values);
        for (const value of values) {
          expect(placeOn(scale, value)).toBeGreaterThanOrEqual(-1e-6);
          expect(placeOn(scale, value)).toBeLessThanOrEqual(1 + 1e-6);
        }
      }),
    );
  });

  it('write numbers in a few characters', () => {
    expect([0, 0.25, 123.456, 1e-5, 2_500_000].map(tickText)).toEqual([
      '0',
      '0.25',
      '123.5',
      '1e-5',
      '2.5e6',
    ]);
  });
});
