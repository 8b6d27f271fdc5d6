import { FormatError, UnsupportedError } from '@omnict/core';
import type { SliceHeader } from './slice-header';
import { publicTerm } from './public-term';

/** Units that hold Hounsfield units, or whatever the file's writer took for them. */
const HOUNSFIELD_TYPES = new Set(['', 'HU', 'US', 'HU_MOD']);

/** Slope and intercept of a slice, gaps filled. */
export function rescaleOf({ rescale }: SliceHeader): { slope: number; intercept: number } {
  return { slope: rescale.slope ?? 1, intercept: rescale.intercept ?? 0 };
}

/**
 * Slices whose values become HU, with remarks about what had to be assumed.
 *
 * @param isAssumed true when the user vouches for the values
 * @throws UnsupportedError when values are of another unit, FormatError when slope or intercept
 *   are impossible
 */
export function inHounsfield(
  path: string,
  slices: readonly SliceHeader[],
  isAssumed: boolean,
): { slices: SliceHeader[]; warnings: string[] } {
  const types = [...new Set(slices.map(({ rescale }) => rescale.type))];
  const other = types.find((type) => !HOUNSFIELD_TYPES.has(type));
  const broken = slices.find(isBroken);
  if (isAssumed) {
    const mended = slices.map((slice) => (isBroken(slice) ? plain(slice) : slice));
    return { slices: mended, warnings: remarks(mended, types) };
  }
  if (other !== undefined) {
    throw new UnsupportedError(
      `${path}: values are of rescale type ${publicTerm(other)}; expected Hounsfield units (HU); give the series in HU, or vouch for the values with --assume hu`,
    );
  }
  if (broken !== undefined) {
    const { slope, intercept } = broken.rescale;
    throw new FormatError(
      `${broken.file.path}: rescale slope ${slope ?? 'missing'} and intercept ${intercept ?? 'missing'} are impossible; expected finite numbers and a slope that is not 0; export the series again, or take stored values with --assume hu`,
    );
  }
  return { slices: [...slices], warnings: remarks(slices, types) };
}

function isBroken({ rescale: { slope = 1, intercept = 0 } }: SliceHeader): boolean {
  return slope === 0 || !Number.isFinite(slope) || !Number.isFinite(intercept);
}

/** The slice with its values as stored. */
function plain(slice: SliceHeader): SliceHeader {
  return { ...slice, rescale: { ...slice.rescale, slope: undefined, intercept: undefined } };
}

function remarks(slices: readonly SliceHeader[], types: readonly string[]): string[] {
  const has = (name: 'slope' | 'intercept') => (slice: SliceHeader) =>
    slice.rescale[name] !== undefined;
  const [slopes, intercepts] = [slices.filter(has('slope')), slices.filter(has('intercept'))];
  const bare = slices.filter(
    ({ rescale }) => rescale.slope === undefined && rescale.intercept === undefined,
  );
  const warnings: string[] = [];
  if (bare.length > 0) {
    warnings.push('no rescale slope or intercept: stored values were taken as HU');
  }
  const lacks = (count: number, name: string, value: number): void => {
    if (count > 0) warnings.push(`${count} slices have no rescale ${name}: ${value} was taken`);
  };
  lacks(slices.length - intercepts.length - bare.length, 'intercept', 0);
  lacks(slices.length - slopes.length - bare.length, 'slope', 1);
  for (const type of types.filter((name) => name !== '' && name !== 'HU')) {
    warnings.push(`values are of rescale type ${publicTerm(type)}, not HU: they were taken as HU`);
  }
  return warnings;
}
