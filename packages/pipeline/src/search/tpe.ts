import { normalCdf, Random } from '@omnict/core';
import type { PlainObject } from '../spec/paths';
import { type Range, rounded } from './ranges';
import type { Search } from './search-schema';

/** A draw that was tried, and what it came to: lower is better. */
export interface Tried {
  values: PlainObject;
  loss: number;
}

/** Candidates per path, of which the likeliest to be good is taken. */
const CANDIDATES = 24;

/** Draws that count fully; older ones less (Bergstra et al., 2013). */
const FULL_WEIGHTS = 25;

/**
 * Proposes a draw by the tree-structured Parzen estimator: of values that are frequent among the best
 * tenth of the draws, those that are rare among the others. Paths are independent. The draw depends on
 * seed, index and history alone.
 *
 * @param tried in their order @param index of the draw in the search
 * @see Bergstra et al. (2011), Algorithms for hyper-parameter optimization; settings as in Optuna
 */
export function proposeTpe(
  { seed, space }: Pick<Search, 'seed' | 'space'>,
  tried: readonly Tried[],
  index: number,
): PlainObject {
  const goodCount = Math.min(Math.ceil(tried.length / 10), 25);
  const best = new Set([...tried].sort((one, other) => one.loss - other.loss).slice(0, goodCount));
  const good = tried.filter((draw) => best.has(draw));
  const other = tried.filter((draw) => !best.has(draw));
  return Object.fromEntries(
    Object.entries(space).map(([path, range]) => {
      const random = new Random(`sweep-search/${seed}/tpe/${index}/${path}`);
      const valuesOf = (draws: readonly Tried[]): unknown[] =>
        draws.map(({ values }) => values[path]);
      return [path, proposeValue(range, { good: valuesOf(good), other: valuesOf(other), random })];
    }),
  );
}

interface Observed {
  good: readonly unknown[];
  other: readonly unknown[];
  random: Random;
}

function proposeValue(range: Range, { good, other, random }: Observed): unknown {
  if ('choice' in range) {
    const { choice } = range;
    const [likely, unlikely] = [shares(choice, good), shares(choice, other)];
    const candidates = Array.from({ length: CANDIDATES }, () => pick(likely, random));
    const ratio = (item: number): number => Math.log((likely[item] ?? 1) / (unlikely[item] ?? 1));
    return choice[candidates.reduce((best, item) => (ratio(item) > ratio(best) ? item : best))];
  }
  const scale = scaleOf(range);
  const parzen = (values: readonly unknown[]): Parzen =>
    new Parzen(
      scale,
      values.map((value) => scale.toScale(value as number)),
    );
  const [likely, unlikely] = [parzen(good), parzen(other)];
  const candidates = Array.from({ length: CANDIDATES }, () => likely.sample(random));
  const ratio = (x: number): number => likely.logDensity(x) - unlikely.logDensity(x);
  return scale.fromScale(candidates.reduce((best, x) => (ratio(x) > ratio(best) ? x : best)));
}

/** Share of each choice among values, none of them 0. */
function shares(choice: readonly unknown[], values: readonly unknown[]): number[] {
  const texts = choice.map((item) => JSON.stringify(item));
  const weights = weightsOf(values.length);
  const counts = texts.map(() => 1 / choice.length);
  values.forEach((value, index) => {
    const item = texts.indexOf(JSON.stringify(value));
    if (item >= 0) counts[item] = (counts[item] ?? 0) + (weights[index] ?? 0);
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

function pick(weights: readonly number[], random: Random): number {
  let rest = random.uniform(
    0,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const found = weights.findIndex((weight) => (rest -= weight) < 0);
  return found < 0 ? weights.length - 1 : found;
}

/** Weights by age, the oldest first. */
function weightsOf(count: number): number[] {
  const old = Math.max(0, count - FULL_WEIGHTS);
  return Array.from({ length: count }, (_, index) =>
    index >= old ? 1 : 1 / count + ((1 - 1 / count) * index) / Math.max(1, old - 1),
  );
}

/** A line on which a range's values lie evenly. */
interface Scale {
  low: number;
  high: number;
  toScale: (value: number) => number;
  fromScale: (x: number) => number;
}

function scaleOf(range: Exclude<Range, { choice: unknown[] }>): Scale {
  if ('int' in range) {
    const [low = 0, high = low] = range.int;
    const fromScale = (x: number): number => Math.min(high, Math.max(low, Math.round(x)));
    return { low: low - 0.5, high: high + 0.5, toScale: (value) => value, fromScale };
  }
  const isLog = 'logUniform' in range;
  const [low = 0, high = low] = isLog ? range.logUniform : range.uniform;
  const toScale = isLog ? Math.log : (value: number): number => value;
  const back = isLog ? Math.exp : (x: number): number => x;
  return {
    low: toScale(low),
    high: toScale(high),
    toScale,
    fromScale: (x) => rounded(back(x), low, high),
  };
}

/** A mixture of normal distributions, cut at the ends of a range: one a value, and a wide one. */
class Parzen {
  private readonly parts: { mean: number; deviation: number; weight: number; mass: number }[];

  constructor(
    private readonly range: Pick<Scale, 'low' | 'high'>,
    values: readonly number[],
  ) {
    const { low, high } = range;
    const width = high - low;
    const wide = { mean: (low + high) / 2, weight: 1, isWide: true };
    const weights = weightsOf(values.length);
    const all = [
      ...values.map((mean, index) => ({ mean, weight: weights[index] ?? 1, isWide: false })),
      wide,
    ].sort((one, other) => one.mean - other.mean);
    const least = width / Math.min(100, 1 + all.length);
    const total = all.reduce((sum, { weight }) => sum + weight, 0);
    this.parts = all.map(({ mean, weight, isWide }, index) => {
      // As wide as the way to the farther neighbour; ends of the range are none.
      const left = mean - (all[index - 1]?.mean ?? mean);
      const right = (all[index + 1]?.mean ?? mean) - mean;
      const deviation = isWide ? width : Math.min(width, Math.max(least, left, right));
      const mass = normalCdf((high - mean) / deviation) - normalCdf((low - mean) / deviation);
      return { mean, deviation, weight: weight / total, mass };
    });
  }

  /** A value of the range. */
  sample(random: Random): number {
    const { low, high } = this.range;
    if (low === high) return low;
    const part =
      this.parts[
        pick(
          this.parts.map(({ weight }) => weight),
          random,
        )
      ];
    if (part === undefined) return low;
    // Means lie inside and no part is wider than the range: a third of the tries or more succeeds.
    for (;;) {
      const x = random.normal(part.mean, part.deviation);
      if (x >= low && x <= high) return x;
    }
  }

  logDensity(x: number): number {
    const density = this.parts.reduce((sum, { mean, deviation, weight, mass }) => {
      const z = (x - mean) / deviation;
      return sum + (weight * Math.exp((-z * z) / 2)) / (deviation * mass);
    }, 0);
    return Math.log(density);
  }
}
