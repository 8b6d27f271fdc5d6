import { Random } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { silhouette } from './silhouette';
import { tsne } from './t-sne';

/** Made by tools/reference/tsne.py with scikit-learn 1.7.2. */
const EXPECTED = JSON.parse(
  readFileSync(new URL('../../test/expected/t-sne.json', import.meta.url), 'utf8'),
) as {
  points: number[][];
  start: number[][];
  labels: string[];
  embedding: number[][];
  divergence: number;
  silhouette: number;
};
const POINTS = Float64Array.from(EXPECTED.points.flat());
const WIDTH = EXPECTED.points[0]?.length ?? 0;

/** The nearest `count` others of each point of the plane. */
function neighbours(points: ArrayLike<number>, count: number): Set<number>[] {
  const at = (i: number): number => points[i] as number;
  const all = Array.from({ length: points.length / 2 }, (_, i) => i);
  return all.map((i) => {
    const distance = (j: number): number =>
      (at(2 * i) - at(2 * j)) ** 2 + (at(2 * i + 1) - at(2 * j + 1)) ** 2;
    const others = all.filter((j) => j !== i).sort((a, b) => distance(a) - distance(b));
    return new Set(others.slice(0, count));
  });
}

describe('t-SNE', () => {
  const { points, divergence } = tsne(POINTS, WIDTH, {
    perplexity: 10,
    start: Float64Array.from(EXPECTED.start.flat()),
    random: new Random(0),
  });

  it("has scikit-learn's divergence and neighbours", () => {
    expect(Math.abs(divergence / EXPECTED.divergence - 1)).toBeLessThan(0.02);
    const [own, theirs] = [neighbours(points, 5), neighbours(EXPECTED.embedding.flat(), 5)];
    const shared = own.reduce(
      (sum, found, i) => sum + [...found].filter((j) => theirs[i]?.has(j)).length,
      0,
    );
    expect(shared / (5 * own.length)).toBeGreaterThan(0.95);
  });

  it('draws its own start, always the same of a seed', () => {
    const make = (seed: number) =>
      tsne(POINTS, WIDTH, { random: new Random(seed), iterations: 60 }).points;
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  });

  it('refuses what is no set of points', () => {
    const random = new Random(0);
    expect(() => tsne(POINTS.subarray(1), WIDTH, { random })).toThrow(/whole points/);
    expect(() => tsne(new Float64Array(3001), 1, { random })).toThrow(/3000/);
    expect(() => tsne(POINTS, WIDTH, { random, start: new Float64Array(2) })).toThrow(/start/);
  });
});

describe('silhouette', () => {
  it("is scikit-learn's", () => {
    expect(silhouette(POINTS, WIDTH, EXPECTED.labels)).toBeCloseTo(EXPECTED.silhouette, 6);
  });

  it('is 0 for equal points and needs two kinds', () => {
    expect(silhouette(new Float64Array(4), 1, ['a', 'a', 'b', 'b'])).toBe(0);
    expect(() => silhouette(new Float64Array(4), 1, ['a', 'a', 'a', 'a'])).toThrow(/two kinds/);
  });
});
