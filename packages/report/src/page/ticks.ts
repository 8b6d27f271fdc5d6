/** A range of values and the round values marked in it. */
export interface Scale {
  low: number;
  high: number;
  ticks: readonly number[];
}

/** Makes a scale that holds all values, ends at round ones, and has about `count` marks. */
export function niceScale(values: readonly number[], count = 4): Scale {
  let [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Narrower ranges than a number can tell marks apart in are widened.
  if (high - low <= size * 1e-9 || size < 1e-200) {
    const margin = size < 1e-200 ? 1 : size / 10;
    [low, high] = [low - margin, high + margin];
  }
  const step = niceStep((high - low) / count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { low: ticks[0] as number, high: ticks.at(-1) as number, ticks };
}

/** Place of a value on a scale, 0 at its low end and 1 at its high end. */
export function placeOn({ low, high }: Scale, value: number): number {
  return (value - low) / (high - low);
}

/** Writes a number of a scale in a few characters. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e5 || size < 1e-3) return value.toExponential(size < 1 ? 0 : 1).replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

/** The round number, 1, 2 or 5 times a power of ten, that is not below a step. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return factor * power;
}
