import { FormatError, UnsupportedError } from '@omnict/core';
import { areOrthogonal } from '../vectors';
import type { NrrdHeader } from './nrrd-header';

/** Axes of a NRRD image, fastest first as in the file. */
export interface NrrdAxes {
  sizes: number[];
  /** Positions of the spatial axes among all, two or three. */
  spatial: number[];
  /** Position of an axis of layers or components longer than 1; undefined without one. */
  list: number | undefined;
  /** Step of each spatial axis to the next voxel, mm LPS. */
  steps: number[][];
  /** Centre of the first voxel, mm LPS. */
  origin: [number, number, number];
  /** What had to be assumed or converted. */
  warnings: string[];
}

/** Signs that turn a space's x, y, z to LPS; other spaces are taken as they are, as ITK does. */
const TO_LPS: Readonly<Record<string, readonly [number, number, number]>> = {
  'right-anterior-superior': [-1, -1, 1],
  ras: [-1, -1, 1],
  'left-anterior-superior': [1, -1, 1],
  las: [1, -1, 1],
};

/**
 * Sizes and geometry of a header.
 *
 * @throws FormatError for impossible sizes or directions, UnsupportedError for more than one list axis
 *   or fewer than two spatial ones
 */
export function nrrdAxes(path: string, { fields }: NrrdHeader): NrrdAxes {
  const fail = (problem: string, expected: string): never => {
    throw new FormatError(`${path}: ${problem}; expected ${expected}; export the image again`);
  };
  const sizes = words(fields.get('sizes')).map(Number);
  const dimension = Number(fields.get('dimension'));
  const isUsable = sizes.every((size) => Number.isSafeInteger(size) && size > 0);
  if (sizes.length === 0 || !isUsable || sizes.length !== dimension) {
    return fail(
      `header says no usable size: dimension ${fields.get('dimension') ?? 'missing'}, sizes ${fields.get('sizes') ?? 'missing'}`,
      'as many whole numbers as axes',
    );
  }
  const vectors = directionsOf(fields.get('space directions'));
  if (vectors !== undefined && vectors.length !== sizes.length) {
    return fail(`${vectors.length} space directions for ${sizes.length} axes`, 'one an axis');
  }
  const all = spatialAxes(fields, vectors, sizes);
  const rest = sizes.map((_, axis) => axis).filter((axis) => !all.includes(axis));
  const lists = rest.filter((axis) => (sizes[axis] as number) > 1);
  if (all.length < 2 || all.length > 3 || lists.length > 1) {
    throw new UnsupportedError(
      `${path}: ${sizes.join(' x ')} with ${all.length} spatial axes; expected one 3D image, or layers of one; convert it`,
    );
  }
  const signs = TO_LPS[(fields.get('space') ?? '').toLowerCase().replace(/-time$|t$/, '')] ?? [
    1, 1, 1,
  ];
  const { scale, warnings } = scaleOf(path, fields);
  const factors = signs.map((sign) => sign * scale);
  const steps = all.map((axis, index) =>
    vectors === undefined
      ? unitStep(index, words(fields.get('spacings'))[axis]).map((size) => size * scale)
      : signed(vectors[axis] as number[], factors),
  );
  const origin = signed(vectorOf(fields.get('space origin') ?? '') ?? [0, 0, 0], factors);
  const isSound = [...steps.flat(), ...origin].every(Number.isFinite);
  if (!isSound || steps.some((step) => Math.hypot(...step) === 0)) {
    return fail('space directions or origin are no finite vectors', 'three numbers each');
  }
  if (!areOrthogonal(steps)) {
    throw new UnsupportedError(
      `${path}: the grid is sheared; expected axes at right angles; resample the image onto such a grid`,
    );
  }
  if (vectors === undefined) {
    warnings.push('the file does not say how the image lies in the patient; LPS axes are assumed');
  }
  return {
    sizes,
    spatial: all,
    list: lists[0],
    steps,
    origin: origin as [number, number, number],
    warnings,
  };
}

/** Millimetres of the units of length that writers name. */
const UNIT_MM: Readonly<Record<string, number>> = {
  '': 1,
  mm: 1,
  millimeter: 1,
  millimeters: 1,
  cm: 10,
  m: 1000,
  um: 1e-3,
  '\u00b5m': 1e-3,
  micron: 1e-3,
  microns: 1e-3,
};

/** Factor that turns the header's lengths to mm. @throws UnsupportedError for another unit */
function scaleOf(
  path: string,
  fields: ReadonlyMap<string, string>,
): { scale: number; warnings: string[] } {
  const text = fields.get('space units') ?? fields.get('units') ?? '';
  const quoted = [...text.matchAll(/"([^"]*)"/g)].map(([, name]) => (name as string).trim());
  const names = [...new Set(quoted.map((name) => name.toLowerCase()))].filter(
    (name) => name !== '' && name !== '???',
  );
  const [unit = ''] = names;
  const scale = UNIT_MM[unit];
  if (scale === undefined || names.length > 1) {
    throw new UnsupportedError(
      `${path}: lengths are in ${names.join(', ')}; expected one unit of ${Object.keys(UNIT_MM).filter(Boolean).join(', ')}; export the image in mm`,
    );
  }
  return {
    scale,
    warnings: scale === 1 ? [] : [`lengths are in ${unit}: they were converted to mm`],
  };
}

/** Axes with a direction in space, or where none are given those that are domains by kind. */
function spatialAxes(
  fields: ReadonlyMap<string, string>,
  vectors: readonly (number[] | undefined)[] | undefined,
  sizes: readonly number[],
): number[] {
  const axes = sizes.map((_, axis) => axis);
  if (vectors !== undefined) return axes.filter((axis) => vectors[axis] !== undefined);
  const kinds = words(fields.get('kinds'));
  const isDomain = (axis: number): boolean =>
    /^(domain|space|\?\?\?)$/.test(kinds[axis] ?? 'domain');
  const domains = axes.filter(isDomain);
  return domains.length > 3 ? domains.slice(0, 3) : domains;
}

function directionsOf(text: string | undefined): (number[] | undefined)[] | undefined {
  const parts = text?.match(/\([^)]*\)|none/gi);
  return parts?.map((part) => (part.toLowerCase() === 'none' ? undefined : vectorOf(part)));
}

/** `(x,y,z)`; two numbers lie in the plane z = 0. */
function vectorOf(text: string): number[] | undefined {
  const numbers = /\(([^)]*)\)/.exec(text)?.[1]?.split(',').map(Number);
  if (numbers === undefined) return undefined;
  return [numbers[0] ?? NaN, numbers[1] ?? NaN, numbers[2] ?? 0];
}

function signed(vector: readonly number[], signs: readonly number[]): number[] {
  return vector.map((value, row) => value * (signs[row] as number));
}

function unitStep(axis: number, spacing: string | undefined): number[] {
  const size = Number(spacing);
  const step = [0, 0, 0];
  step[axis] = Number.isFinite(size) && size > 0 ? size : 1;
  return step;
}

function words(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(/\s+/);
}
