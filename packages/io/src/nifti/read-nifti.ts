import { FormatError, type VolumeGeometry } from '@omnict/nn';
import { readFile } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { type Affine, affineOfQuaternion, geometryOf } from './geometry';

/** A decoded image before it is known to be CT or labels. */
export interface RawImage extends VolumeGeometry {
  data: Float32Array | Int16Array | Uint8Array;
  warnings: string[];
}

type Fail = (problem: string, expected: string) => never;

/** Readers of each NIfTI data type: bytes per element and how to get one. */
const DATA_TYPES: Readonly<Record<number, { bytes: number; read: ElementReader; name: string }>> = {
  2: { bytes: 1, name: 'uint8', read: (view, at) => view.getUint8(at) },
  4: { bytes: 2, name: 'int16', read: (view, at, little) => view.getInt16(at, little) },
  8: { bytes: 4, name: 'int32', read: (view, at, little) => view.getInt32(at, little) },
  16: { bytes: 4, name: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  64: { bytes: 8, name: 'float64', read: (view, at, little) => view.getFloat64(at, little) },
  256: { bytes: 1, name: 'int8', read: (view, at) => view.getInt8(at) },
  512: { bytes: 2, name: 'uint16', read: (view, at, little) => view.getUint16(at, little) },
  768: { bytes: 4, name: 'uint32', read: (view, at, little) => view.getUint32(at, little) },
};

type ElementReader = (view: DataView, at: number, little: boolean) => number;

/** Bytes that tell how large the image is: a NIfTI-2 header and its four extension bytes. */
const MAX_HEADER_BYTES = 544;

/** What writers may leave behind the voxels. */
const MAX_TRAILING_BYTES = 2 ** 20;

/** What the header says, NIfTI-1 and NIfTI-2 alike. */
interface NiftiHeader {
  little: boolean;
  shape: readonly [depth: number, height: number, width: number];
  dataType: number;
  dataOffset: number;
  slope: number;
  intercept: number;
  affine: Affine;
  warnings: string[];
}

/**
 * Reads NIfTI-1 or NIfTI-2, gzipped or not, of either byte order.
 *
 * The affine follows ITK and nibabel: the sform where its code is set, else the quaternion, else
 * spacing alone. Values are `slope * stored + intercept`.
 *
 * @throws FormatError naming file, what is wrong, and what was expected
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h, nifti2.h
 */
export async function readNifti(path: string): Promise<RawImage> {
  const fail: Fail = (problem, expected) => {
    throw new FormatError(
      `${path}: ${problem}; expected ${expected}; the file is damaged or incomplete; fetch it again`,
    );
  };
  const bytes = await readMaybeGzipped(path, fail);
  const header = parseHeader(bytes, fail);
  const data = decode(bytes, header, fail);
  return { ...geometryOf(header.affine, header.shape), data, warnings: header.warnings };
}

/** A small file can unpack to any size: it is unpacked as far as its own header says. */
async function readMaybeGzipped(path: string, fail: Fail): Promise<Buffer> {
  const file = await readFile(path);
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  const chunks: Buffer[] = [];
  let total = 0;
  let limit: number | undefined;
  const gunzip = createGunzip();
  gunzip.end(file);
  try {
    for await (const chunk of gunzip) {
      total += (chunk as Buffer).length;
      chunks.push(chunk as Buffer);
      if (total < MAX_HEADER_BYTES) continue;
      limit ??= bytesNeeded(parseHeader(Buffer.concat(chunks), fail), fail) + MAX_TRAILING_BYTES;
      if (total > limit) return fail(`unpacks to more than ${limit} bytes`, 'what its header says');
    }
  } catch (error) {
    if (FormatError.isInstance(error)) throw error;
    return fail(`gzip stream breaks after ${total} bytes`, 'a whole .nii.gz file');
  }
  return Buffer.concat(chunks, total);
}

function parseHeader(bytes: Buffer, fail: Fail): NiftiHeader {
  if (bytes.length < 352) return fail(`has ${bytes.length} bytes`, 'a NIfTI header of 348 or 540');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)];
  const little = sizes[0] === 348 || sizes[0] === 540;
  const size = little ? sizes[0] : sizes[1];
  if (size === 348) return parseFields(nifti1(view, little), fail);
  if (size === 540 && bytes.length >= 544) return parseFields(nifti2(view, little), fail);
  return fail(`header size field is ${sizes[0]}`, '348 (NIfTI-1) or 540 (NIfTI-2)');
}

/** Header fields by meaning. */
interface Fields {
  little: boolean;
  dim: number[];
  pixdim: number[];
  dataType: number;
  dataOffset: number;
  slope: number;
  intercept: number;
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
    dim: Array.from({ length: 8 }, (_, i) => view.getInt16(40 + 2 * i, little)),
    pixdim: float(76, 8),
    dataType: view.getInt16(70, little),
    dataOffset: view.getFloat32(108, little),
    slope: view.getFloat32(112, little),
    intercept: view.getFloat32(116, little),
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
    dim: Array.from({ length: 8 }, (_, i) => long(16 + 8 * i)),
    pixdim: float(104, 8),
    dataType: view.getInt16(12, little),
    dataOffset: long(168),
    slope: view.getFloat64(176, little),
    intercept: view.getFloat64(184, little),
    qformCode: view.getInt32(344, little),
    sformCode: view.getInt32(348, little),
    quaternion: float(352, 3),
    quaternionOffset: float(376, 3),
    sform: float(400, 12),
  };
}

function parseFields(fields: Fields, fail: Fail): NiftiHeader {
  const rank = fields.dim[0] as number;
  const sizes = fields.dim.slice(1, 1 + rank);
  if (rank < 2 || rank > 7 || sizes.some((size) => size < 1)) {
    return fail(`dim field is [${fields.dim.join(', ')}]`, '2 to 7 axes of at least one voxel');
  }
  if (sizes.slice(3).some((size) => size !== 1)) {
    return fail(
      `has ${sizes.length} axes (${sizes.join(' x ')})`,
      'one 3D volume; split time points first',
    );
  }
  const [width, height, depth = 1] = sizes as [number, number, number?];
  const warnings: string[] = [];
  const voxel = fields.pixdim.slice(1, 4).map((size, axis) => {
    if (Number.isFinite(size) && size !== 0) return Math.abs(size);
    warnings.push(`voxel size of axis ${axis} is ${size}; taken as 1 mm`);
    return 1;
  }) as [number, number, number];
  return {
    little: fields.little,
    shape: [depth, height, width],
    dataType: fields.dataType,
    dataOffset: fields.dataOffset,
    // A slope of 0 means "not scaled".
    slope: fields.slope === 0 || !Number.isFinite(fields.slope) ? 1 : fields.slope,
    intercept: fields.slope === 0 || !Number.isFinite(fields.intercept) ? 0 : fields.intercept,
    affine: affineFrom(fields, voxel, warnings),
    warnings,
  };
}

function affineFrom(fields: Fields, voxel: [number, number, number], warnings: string[]): Affine {
  const hasSform =
    fields.sformCode > 0 &&
    [0, 1, 2].every(
      (axis) => Math.hypot(...[0, 4, 8].map((row) => fields.sform[row + axis] as number)) > 0,
    );
  if (hasSform) return [...fields.sform, 0, 0, 0, 1];
  if (fields.qformCode > 0) {
    const [b, c, d] = fields.quaternion as [number, number, number];
    const [x, y, z] = fields.quaternionOffset as [number, number, number];
    return affineOfQuaternion([b, c, d], [x, y, z], {
      voxel,
      handedness: fields.pixdim[0] as number,
    });
  }
  warnings.push('the file does not say how the image lies in the patient; RAS axes are assumed');
  return [voxel[0], 0, 0, 0, 0, voxel[1], 0, 0, 0, 0, voxel[2], 0, 0, 0, 0, 1];
}

/** Bytes of the unpacked file up to its last voxel. */
function bytesNeeded({ dataType, shape, dataOffset }: NiftiHeader, fail: Fail): number {
  if (!Number.isInteger(dataOffset) || dataOffset < 0) {
    return fail(`voxels begin at byte ${dataOffset}`, 'a whole number');
  }
  return dataOffset + shape[0] * shape[1] * shape[2] * typeOf(dataType, fail).bytes;
}

function typeOf(code: number, fail: Fail): (typeof DATA_TYPES)[number] {
  const type = DATA_TYPES[code];
  if (type !== undefined) return type;
  const known = Object.values(DATA_TYPES).map(({ name }) => name);
  return fail(`data type code is ${code}`, `one of ${known.join(', ')}`);
}

function decode(bytes: Buffer, header: NiftiHeader, fail: Fail): RawImage['data'] {
  const type = typeOf(header.dataType, fail);
  const count = header.shape[0] * header.shape[1] * header.shape[2];
  const { dataOffset, slope, intercept, little } = header;
  const needed = bytesNeeded(header, fail);
  if (needed > bytes.length) {
    return fail(
      `${header.shape.join(' x ')} voxels of ${type.name} from byte ${dataOffset} on need ${needed} bytes, the file has ${bytes.length}`,
      'all voxels',
    );
  }
  const isPlain = slope === 1 && intercept === 0;
  if (isPlain && type.name === 'uint8')
    return Uint8Array.from(bytes.subarray(dataOffset, dataOffset + count));
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, count * type.bytes);
  const isInt16 = isPlain && (type.name === 'int16' || type.name === 'int8');
  if (little && type.name === 'int16') {
    // Copied as a block: a DataView call for each voxel takes ten times as long.
    const values = new Int16Array(view.buffer.slice(view.byteOffset, view.byteOffset + count * 2));
    return isPlain ? values : Float32Array.from(values, (value) => slope * value + intercept);
  }
  const values = isInt16 ? new Int16Array(count) : new Float32Array(count);
  for (let i = 0; i < count; i++)
    values[i] = slope * type.read(view, i * type.bytes, little) + intercept;
  return values;
}
