import { STORED_VALUES, type StoredValues } from '@omnict/core';
import type { Values } from './stored-values';

/** What a user can say that the values of an image are. */
export const ASSUMPTIONS = STORED_VALUES;

/** One of {@link ASSUMPTIONS}. */
export type Assumption = StoredValues;

/**
 * What a format says of its values: `hu` where the file says so itself, `likely-hu` where only custom
 * does, `grey8` and `grey16` where they are unsigned numbers without any custom.
 */
export type ValueUnit = 'hu' | 'likely-hu' | 'grey8' | 'grey16';

/** HU that black and white stand for: the window that preparation applies (App. E). */
const BLACK_HU = -1000;
const WHITE_HU = 1000;

/** Window that intensities are spread over, and that shows all of them, HU. */
export const INTENSITY_WINDOW = [BLACK_HU, WHITE_HU] as const;

/** What writers add who want to keep HU in unsigned numbers. */
const SHIFT = 1024;
/** What DeepLesion adds to HU in its pictures. */
const DEEP_LESION_SHIFT = 32_768;

/**
 * Largest stored value that is taken as HU + 1024. A picture stretched to its full range goes far
 * beyond.
 */
const MAX_SHIFTED_HU = 8191;

/** Below this lies air, which every CT shows around or in the patient, HU. */
const AIR_BELOW_HU = -200;

/** Lowest value that scanners write, padding included, HU. */
const LOWEST_HU = -8192;

/** Values in HU, and what was assumed to get them. */
export interface Hounsfield {
  data: Values;
  warnings: string[];
}

/**
 * Brings values to HU. Where the file does not say their unit it is told from their range, and a
 * warning says what was assumed; `assume` decides instead.
 *
 * ASSUMPTION: floats that fill 0 to 1 (M3D's arrays) or -1 to 1 are a window of [-1000, 1000] HU;
 * unsigned numbers up to 8191 are HU + 1024, those around 32768 are DeepLesion's HU + 32768; other
 * unsigned numbers are grey from black to white.
 */
export function toHounsfield(data: Values, unit: ValueUnit, assume?: Assumption): Hounsfield {
  const range = rangeOf(data);
  if (assume === 'intensity') return intensities(data, range);
  if (assume !== undefined) {
    return {
      data: converted(data, assume, unit),
      warnings: [`values taken as ${assume}, as told`],
    };
  }
  const { assumption, warning } = guess(data, unit, range);
  const result = assumption === 'hu' ? data : converted(data, assumption, unit);
  return { data: result, warnings: warning === undefined ? [] : [warning] };
}

/** Intensities, spread over {@link INTENSITY_WINDOW}. */
function intensities(data: Values, { low, high }: Range): Hounsfield {
  const isOutside = low < 0 || high > 1;
  const warnings = ['values are intensities, not HU: no window applies'];
  if (isOutside) {
    warnings.push(`intensities lie in ${low}..${high}, not in 0..1: their range was spread`);
  }
  const data01 = isOutside ? spread(data, low, Math.max(high, low + 1e-6)) : spread(data, 0, 1);
  return { data: data01, warnings };
}

interface Range {
  low: number;
  high: number;
}

function rangeOf(data: Values): Range {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

function guess(
  data: Values,
  unit: ValueUnit,
  { low, high }: Range,
): { assumption: Assumption; warning: string | undefined } {
  const taken = (assumption: Assumption, warning?: string) => ({ assumption, warning });
  if (unit === 'hu') return taken('hu', low < LOWEST_HU ? tooLow(low) : undefined);
  if (unit === 'grey8')
    return taken('grey', 'values have no HU: black to white was spread over [-1000, 1000]');
  if (unit === 'grey16') {
    if (high <= MAX_SHIFTED_HU)
      return taken('hu+1024', 'unsigned 16-bit values taken as HU + 1024');
    const isDeepLesion =
      low >= DEEP_LESION_SHIFT + LOWEST_HU && high <= DEEP_LESION_SHIFT + MAX_SHIFTED_HU;
    if (isDeepLesion)
      return taken('hu+32768', 'unsigned 16-bit values taken as HU + 32768, as in DeepLesion');
    return taken('grey', 'values have no HU: black to white was spread over [-1000, 1000]');
  }
  if (data instanceof Float32Array && high > low && high <= 1 && low >= -1) {
    return low >= 0
      ? taken('0..1', 'values lie in 0..1: spread over [-1000, 1000] HU')
      : taken('-1..1', 'values lie in -1..1: spread over [-1000, 1000] HU');
  }
  if (low < LOWEST_HU) return taken('hu', tooLow(low));
  if (low <= AIR_BELOW_HU) return taken('hu');
  return taken(
    'hu',
    `no value lies below ${AIR_BELOW_HU}, where air would be (lowest ${low}): values were taken as HU; say what they are with --assume`,
  );
}

function tooLow(low: number): string {
  return `values go down to ${low}, below any scanner's: they may have been rescaled twice`;
}

function converted(data: Values, assumption: Assumption, unit: ValueUnit): Values {
  switch (assumption) {
    case 'hu':
      return data;
    case 'hu+1024':
      return linear(data, 1, -SHIFT);
    case 'hu+32768':
      return linear(data, 1, -DEEP_LESION_SHIFT);
    case '0..1':
    case 'intensity':
      return spread(data, 0, 1);
    case '-1..1':
      return spread(data, -1, 1);
    case 'grey':
      return spread(data, 0, unit === 'grey16' || rangeOf(data).high > 255 ? 65_535 : 255);
  }
}

function spread(data: Values, black: number, white: number): Float32Array {
  const scale = (WHITE_HU - BLACK_HU) / (white - black);
  return linear(data, scale, BLACK_HU - black * scale);
}

function linear(data: Values, scale: number, offset: number): Float32Array {
  const output = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) output[i] = scale * (data[i] as number) + offset;
  return output;
}
