import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from './random';

describe('Random', () => {
  it('gives the same numbers for the same seed on every platform', () => {
    const random = new Random('omnict');
    // Computed once by this implementation: a change would break every recorded result.
    expect(Array.from({ length: 4 }, () => random.uint32())).toMatchInlineSnapshot(`
      [
        144681894,
        1641722837,
        2958217970,
        2319410562,
      ]
    `);
  });

  it('gives unrelated streams for neighbouring seeds', () => {
    const [a, b] = [new Random(1), new Random(2)];
    const equalBits = Array.from({ length: 1000 }, () => a.uint32() ^ b.uint32())
      .map((word) => 32 - bitCount(word))
      .reduce((sum, count) => sum + count, 0);
    expect(equalBits / 32_000).toBeGreaterThan(0.48);
    expect(equalBits / 32_000).toBeLessThan(0.52);
  });

  it('draws normal numbers with the asked mean and deviation', () => {
    const random = new Random(3);
    const values = Array.from({ length: 20_000 }, () => random.normal(5, 2));
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean - 5)).toBeLessThan(0.06); // four standard errors
    expect(Math.abs(Math.sqrt(variance) - 2)).toBeLessThan(0.04);
  });

  it('continues exactly from a snapshot, also between the two normals of a pair', () => {
    const random = new Random(4);
    random.normal();
    const copy = Random.restore(random.snapshot());
    expect([copy.normal(), copy.uint32()]).toEqual([random.normal(), random.uint32()]);
  });

  it('leaves the stream unchanged when it is forked', () => {
    const [forked, plain] = [new Random(5), new Random(5)];
    forked.fork('purpose').uint32();
    expect(forked.uint32()).toBe(plain.uint32());
    expect(new Random(5).fork('a').uint32()).not.toBe(new Random(5).fork('b').uint32());
  });

  it('shuffles to a permutation and draws integers in range', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), fc.integer(), (items, seed) => {
        const shuffled = new Random(seed).shuffle(items);
        expect([...shuffled].sort()).toEqual([...items].sort());
      }),
    );
    const counts = [0, 0, 0];
    const random = new Random(6);
    for (let i = 0; i < 9000; i++) {
      const drawn = random.integer(3);
      counts[drawn] = (counts[drawn] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(200);
  });
});

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
