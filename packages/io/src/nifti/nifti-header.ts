import { UnsupportedError } from '@omnict/core';
import type { StoredType } from '../stored-values';
import { type Affine, affineOfQuaternion, isOrthogonal, placeDiffers } from './geometry';

/** Ends reading with the file's name, what is wrong, and what was expected. */
export type Fail = (problem: string, expected: string) => never;

/** What the header says, NIfTI-1 and NIfTI-2 alike. */
export interface NiftiHeader {
  littleEndian: boolean;
  /** Length of the header itself. */
  bytes: number;
  shape: readonly [depth: number, height: number, width: number];
  type: StoredType;
  dataOffset: number;
  slope: number;
  intercept: number;
  affine: Affine;
  warnings: string[];
}

/** Stored types by NIfTI's code. */
const DATA_TYPES: Readonly<Record<number, StoredType>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
};

/** Types that no CT has, by NIfTI's code. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  128: 'RGB colour',
  1536: 'floats of 128 bits',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'RGBA colour',
};

/** What a header whose voxels are elsewhere has, by place: version 1 and 2. */
const PAIR_SIGNATURES = [
  [344, 'ni1'],
  [4, 'ni2'],
] as const;

/** What a header with its voxels behind it has. */
const FILE_SIGNATURES = [
  [344, 'n+1'],
  [4, 'n+2'],
] as const;

/** Millimetres of a unit of space, by NIfTI's code: metres, millimetres, micrometres. */
const UNIT_MM: Readonly<Record<number, number>> = { 1: 1000, 2: 1, 3: 1e-3 };

/** Bits of `xyzt_units` that tell the unit of space. */
const SPACE_UNIT_MASK = 7;

/** Voxels of a CT, mm: a unit that makes others was set by mistake. */
const VOXEL_MM = { least: 0.005, most: 200 } as const;

/** Most extensions that are believed: a table of label names has some ten thousand bytes. */
const MAX_DATA_OFFSET = 2 ** 24;

/**
 * Parses a header of either version and byte order.
 *
 * @param bytes the header; of a pair, nothing need follow it and voxels begin at the begin of a file of
 *   their own
 * @throws FormatError, UnsupportedError
 */
export function parseNiftiHeader(
  bytes: Buffer,
  { path, isPair, fail }: { path: string; isPair: boolean; fail: Fail },
): NiftiHeader {
  if (bytes.length < (isPair ? 348 : 352)) {
    return fail(`has ${bytes.length} bytes`, 'a NIfTI header of 348 or 540');
  }
  if (
    isPair &&
    !PAIR_SIGNATURES.some(([at, text]) => bytes.toString('latin1', at, at + 3) === text)
  ) {
    throw new UnsupportedError(
      `${path}: is no NIfTI header, perhaps one of Analyze 7.5, which does not say left from right; expected 'ni1' or 'ni2' in it; convert the image`,
    );
  }
  if (
    !isPair &&
    !FILE_SIGNATURES.some(([at, text]) => bytes.toString('latin1', at, at + 3) === text)
  ) {
    throw new UnsupportedError(
      `${path}: is no NIfTI file, perhaps one of Analyze 7.5, which does not say left from right; expected 'n+1' or 'n+2' in its header; convert the image`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)];
  const little = sizes[0] === 348 || sizes[0] === 540;
  const size = little ? sizes[0] : sizes[1];
  if (size === 348) return parseFields(path, { ...nifti1(view, little), isPair }, fail);
  if (size === 540 && bytes.length >= 540) {
    return parseFields(path, { ...nifti2(view, little), isPair }, fail);
  }
  return fail(`header size field is ${sizes[0]}`, '348 (NIfTI-1) or 540 (NIfTI-2)');
}

/** Header fields by meaning. */
interface Fields {
  little: boolean;
  bytes: number;
  dim: number[];
  pixdim: number[];
  dataType: number;
  dataOffset: number;
  slope: number;
  intercept: number;
  units: number;
  qformCode: number;
  sformCode: number;
  quaternion: number[];
  quaternionOffset: number[];
  sform: number[];
}

function nifti1(view: DataView, little: boolean): Fields {
  const float = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => view.getFloat32(at + 4 * i, little));
  return {
    little,
    bytes: 348,
    dim: Array.from({ length: 8 }, (_, i) => view.getInt16(40 + 2 * i, little)),
    pixdim: float(76, 8),
    dataType: view.getInt16(70, little),
    dataOffset: view.getFloat32(108, little),
    slope: view.getFloat32(112, little),
    intercept: view.getFloat32(116, little),
    units: view.getUint8(123),
    qformCode: view.getInt16(252, little),
    sformCode: view.getInt16(254, little),
    quaternion: float(256, 3),
    quaternionOffset: float(268, 3),
    sform: float(280, 12),
  };
}

function nifti2(view: DataView, little: boolean): Fields {
  const float = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => view.getFloat64(at + 8 * i, little));
  const long = (at: number): number => Number(view.getBigInt64(at, little));
  return {
    little,
    bytes: 540,
    dim: Array.from({ length: 8 }, (_, i) => long(16 + 8 * i)),
    pixdim: float(104, 8),
    dataType: view.getInt16(12, little),
    dataOffset: long(168),
    slope: view.getFloat64(176, little),
    intercept: view.getFloat64(184, little),
    units: view.getInt32(500, little),
    qformCode: view.getInt32(344, little),
    sformCode: view.getInt32(348, little),
    quaternion: float(352, 3),
    quaternionOffset: float(376, 3),
    sform: float(400, 12),
  };
}

function parseFields(path: string, stored: Fields & { isPair: boolean }, fail: Fail): NiftiHeader {
  const warnings: string[] = [];
  const fields = inMillimetres(stored, warnings);
  const rank = fields.dim[0] as number;
  const sizes = fields.dim.slice(1, 1 + rank);
  if (rank < 2 || rank > 7 || sizes.some((size) => size < 1)) {
    return fail(`dim field is [${fields.dim.join(', ')}]`, '2 to 7 axes of at least one voxel');
  }
  if (sizes.slice(3).some((size) => size !== 1)) {
    throw new UnsupportedError(
      `${path}: has ${sizes.length} axes (${sizes.join(' x ')}); expected one 3D volume; split time points first`,
    );
  }
  const { dataOffset } = fields;
  const least = fields.isPair ? 0 : fields.bytes;
  if (!Number.isInteger(dataOffset) || dataOffset < least || dataOffset > MAX_DATA_OFFSET) {
    return fail(`voxels begin at byte ${dataOffset}`, `a whole number from ${least} on`);
  }
  const [width, height, depth = 1] = sizes as [number, number, number?];
  const voxel = fields.pixdim.slice(1, 4).map((size, axis) => {
    if (Number.isFinite(size) && size !== 0) return Math.abs(size);
    if (axis < rank) warnings.push(`voxel size of axis ${axis} is ${size}; taken as 1 mm`);
    return 1;
  }) as [number, number, number];
  const isScaled = Number.isFinite(fields.slope) && fields.slope !== 0;
  return {
    littleEndian: fields.little,
    bytes: fields.bytes,
    shape: [depth, height, width],
    type: typeOf(path, fields.dataType, fail),
    dataOffset,
    slope: isScaled ? fields.slope : 1,
    intercept: isScaled && Number.isFinite(fields.intercept) ? fields.intercept : 0,
    affine: affineFrom(path, { ...fields, voxel }, warnings),
    warnings,
  };
}

/** Lengths in mm, whatever unit the header says they are in; it may say a wrong one. */
function inMillimetres<T extends Fields>(fields: T, warnings: string[]): T {
  const scale = UNIT_MM[fields.units & SPACE_UNIT_MASK] ?? 1;
  if (scale === 1) return fields;
  const unit = scale > 1 ? 'metres' : 'micrometres';
  const [x = 1, y = 1] = fields.pixdim.slice(1, 3).map((size) => Math.abs(size));
  const isPlausible = (size: number): boolean => size >= VOXEL_MM.least && size <= VOXEL_MM.most;
  if (![x * scale, y * scale].every(isPlausible) && [x, y].every(isPlausible)) {
    warnings.push(`the header says ${unit}, but voxels of ${x} x ${y}: they were taken as mm`);
    return fields;
  }
  warnings.push(`lengths are in ${unit}: they were converted to mm`);
  const scaled = (values: readonly number[]): number[] => values.map((value) => value * scale);
  const [handedness = 1, ...sizes] = fields.pixdim;
  return {
    ...fields,
    pixdim: [handedness, ...scaled(sizes.slice(0, 3)), ...sizes.slice(3)],
    quaternionOffset: scaled(fields.quaternionOffset),
    sform: scaled(fields.sform),
  };
}

function typeOf(path: string, code: number, fail: Fail): StoredType {
  const type = DATA_TYPES[code];
  if (type !== undefined) return type;
  const other = OTHER_TYPES[code];
  if (other === undefined) {
    return fail(`data type code is ${code}`, `one of ${Object.values(DATA_TYPES).join(', ')}`);
  }
  throw new UnsupportedError(
    `${path}: voxels are ${other} (data type code ${code}); expected one grey value; convert the image`,
  );
}

function affineFrom(
  path: string,
  fields: Fields & { voxel: [number, number, number] },
  warnings: string[],
): Affine {
  const { voxel } = fields;
  const quaternion =
    fields.qformCode > 0 &&
    [...fields.quaternion, ...fields.quaternionOffset].every(Number.isFinite)
      ? affineOfQuaternion(
          fields.quaternion as [number, number, number],
          fields.quaternionOffset as [number, number, number],
          { voxel, handedness: fields.pixdim[0] as number },
        )
      : undefined;
  const sform = fields.sformCode > 0 ? usable([...fields.sform, 0, 0, 0, 1]) : undefined;
  if (sform !== undefined && isOrthogonal(sform)) {
    if (quaternion !== undefined && placeDiffers(sform, quaternion)) {
      warnings.push('sform and qform place the image differently; the sform was taken');
    }
    return sform;
  }
  if (quaternion !== undefined) {
    if (sform !== undefined) warnings.push('the sform is sheared; the qform was taken');
    return quaternion;
  }
  if (sform !== undefined) {
    throw new UnsupportedError(
      `${path}: the sform is sheared and there is no qform; expected axes at right angles; resample the image onto such a grid`,
    );
  }
  warnings.push('the file does not say how the image lies in the patient; LPS axes are assumed');
  return [-voxel[0], 0, 0, 0, 0, -voxel[1], 0, 0, 0, 0, voxel[2], 0, 0, 0, 0, 1];
}

/** An affine of finite numbers whose axes all have a length; else undefined. */
function usable(affine: Affine): Affine | undefined {
  const lengths = [0, 1, 2].map((axis) =>
    Math.hypot(...[0, 4, 8].map((row) => affine[row + axis] as number)),
  );
  return affine.every(Number.isFinite) && lengths.every((length) => length > 0)
    ? affine
    : undefined;
}
