import { canonicalJson, Random } from '@omnict/core';
import { type Static, Type } from '@sinclair/typebox';
import type { PlainObject } from '../spec/paths';

const Bounds = (description: string) =>
  Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description });

/** Where the values of a searched config path are drawn from: one of the kinds. */
export const RangeSchema = Type.Union(
  [
    Type.Object(
      { uniform: Bounds('Low and high: any number between them.') },
      { additionalProperties: false },
    ),
    Type.Object(
      { logUniform: Bounds('Low and high, above 0: uniform in the logarithm.') },
      { additionalProperties: false },
    ),
    Type.Object(
      { int: Bounds('Low and high: a whole number, both included.') },
      { additionalProperties: false },
    ),
    Type.Object(
      { choice: Type.Array(Type.Unknown(), { minItems: 1, description: 'One of these values.' }) },
      { additionalProperties: false },
    ),
  ],
  { description: 'One of uniform, logUniform, int, choice.' },
);

/** A range of values. */
export type Range = Static<typeof RangeSchema>;

/** Significant digits of a drawn number: names of trials stay readable. */
const DIGITS = 4;

/**
 * Draws the axis values of a search. Each path has a stream of its own: more trials, or another path,
 * change no value that was drawn before, so that what is cached stays so.
 */
export function drawSearch({
  trials,
  seed,
  space,
}: {
  trials: number;
  seed: number;
  space: Readonly<Record<string, Range>>;
}): PlainObject[] {
  const columns = Object.entries(space).map(([path, range]) => {
    const random = new Random(`sweep-search/${seed}/${path}`);
    return { path, values: Array.from({ length: trials }, () => draw(range, random)) };
  });
  return Array.from({ length: trials }, (_, index) =>
    Object.fromEntries(columns.map(({ path, values }) => [path, values[index]])),
  );
}

function draw(range: Range, random: Random): unknown {
  if ('choice' in range) return range.choice[random.integer(range.choice.length)];
  if ('int' in range) {
    const [low = 0, high = low] = range.int;
    return low + random.integer(high - low + 1);
  }
  if ('uniform' in range) {
    const [low = 0, high = low] = range.uniform;
    return rounded(random.uniform(low, high), low, high);
  }
  const [low = 1, high = low] = range.logUniform;
  return rounded(Math.exp(random.uniform(Math.log(low), Math.log(high))), low, high);
}

/** A number with so many digits that names of trials stay readable, inside of its bounds. */
export function rounded(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Number(value.toPrecision(DIGITS))));
}

/** What is wrong with a range; undefined when nothing is. */
export function rangeProblem(range: unknown): string | undefined {
  const [[kind, bounds] = []] = Object.entries(range as Record<string, unknown>);
  if (kind === undefined || kind === 'choice' || !Array.isArray(bounds)) return undefined;
  const [low, high] = bounds as number[];
  if (low === undefined || high === undefined) return undefined;
  if (low > high) return `expected low before high, got ${low}, ${high}; exchange them`;
  if (kind === 'logUniform' && low <= 0) {
    return `expected bounds above 0, got ${low}; a logarithm has no other; raise it, or use uniform`;
  }
  if (kind === 'int' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high))) {
    return `expected whole numbers, got ${low}, ${high}; round them, or use uniform`;
  }
  return undefined;
}

/** Whether a range may give a value. */
export function isInRange(range: Range, value: unknown): boolean {
  if ('choice' in range)
    return range.choice.some((item) => canonicalJson(item) === canonicalJson(value));
  if (typeof value !== 'number') return false;
  if ('int' in range && !Number.isInteger(value)) return false;
  const [low = 0, high = low] = Object.values(range)[0] as number[];
  return value >= low && value <= high;
}
