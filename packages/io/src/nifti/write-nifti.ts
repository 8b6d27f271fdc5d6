import { type OrganMask, type Volume, writeFileAtomic } from '@omnict/core';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { labelExtension } from '../masks/label-names';
import { affineOf } from './geometry';

const compress = promisify(gzip);

/** Bytes before the data: header (348) and four zero bytes that say "no extensions". */
const DATA_OFFSET = 352;

/** NIfTI-1 data types, by typed array. */
const DATA_TYPES = { Uint8Array: [2, 8], Int16Array: [4, 16], Float32Array: [16, 32] } as const;

/**
 * Writes a volume (HU) or label map as NIfTI-1, gzipped when the name ends in `.gz`. The file
 * appears whole or not at all. With `labelNames` the names of a label map's values go along, as
 * TotalSegmentator writes them.
 *
 * @throws MissingDataError when it cannot be written
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
export async function writeNifti(
  path: string,
  image: Volume | OrganMask,
  { labelNames = false }: { labelNames?: boolean } = {},
): Promise<void> {
  const head = header(image);
  const extension =
    labelNames && 'labels' in image ? labelExtension(image.labels) : Buffer.alloc(0);
  if (extension.length > 0) {
    head.writeUInt8(1, 348); // extensions follow
    head.writeFloatLE(DATA_OFFSET + extension.length, 108);
  }
  const file = Buffer.concat([head, extension, bytesOf(image.data)]);
  // Level 1: CT noise does not compress further for the tenfold time.
  await writeFileAtomic(path, path.endsWith('.gz') ? await compress(file, { level: 1 }) : file);
}

function header(image: Volume | OrganMask): Buffer {
  const [depth, height, width] = image.shape;
  const affine = affineOf(image);
  const [dataType, bits] = dataTypeOf(image.data);
  const bytes = Buffer.alloc(DATA_OFFSET);
  bytes.writeInt32LE(348, 0); // sizeof_hdr
  [3, width, height, depth, 1, 1, 1, 1].forEach((size, i) => bytes.writeInt16LE(size, 40 + 2 * i)); // dim
  bytes.writeInt16LE(dataType, 70);
  bytes.writeInt16LE(bits, 72);
  const { quaternion, handedness } = quaternionOf(image.direction);
  const pixdim = [handedness, image.spacing[2], image.spacing[1], image.spacing[0]];
  pixdim.forEach((size, i) => bytes.writeFloatLE(size, 76 + 4 * i));
  bytes.writeFloatLE(DATA_OFFSET, 108); // vox_offset
  bytes.writeFloatLE(1, 112); // scl_slope
  bytes.writeUInt8(2, 123); // xyzt_units: mm
  bytes.writeInt16LE(1, 252); // qform_code: scanner
  bytes.writeInt16LE(1, 254); // sform_code: scanner
  quaternion.forEach((value, i) => bytes.writeFloatLE(value, 256 + 4 * i));
  [affine[3], affine[7], affine[11]].forEach((value, i) =>
    bytes.writeFloatLE(value as number, 268 + 4 * i),
  );
  affine.slice(0, 12).forEach((value, i) => bytes.writeFloatLE(value, 280 + 4 * i)); // srow
  bytes.write('n+1\0', 344, 'latin1');
  return bytes;
}

/** Rotation of an LPS direction matrix as NIfTI's quaternion `[b, c, d]` in RAS. */
function quaternionOf(direction: readonly number[]): {
  quaternion: readonly number[];
  handedness: 1 | -1;
} {
  const r = direction.map((value, i) => (i < 6 ? -value : value)); // rows x and y: LPS to RAS
  const at = (row: number, column: number): number => r[row * 3 + column] as number;
  const determinant =
    at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)) -
    at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0)) +
    at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0));
  const handedness = determinant < 0 ? -1 : 1;
  for (const row of [0, 1, 2]) r[row * 3 + 2] = at(row, 2) * handedness;
  return { quaternion: rotationToQuaternion(at), handedness };
}

/** Picks the largest component to divide by, so that half turns stay exact. */
function rotationToQuaternion(at: (row: number, column: number) => number): number[] {
  const squares = [
    1 + at(0, 0) + at(1, 1) + at(2, 2),
    1 + at(0, 0) - at(1, 1) - at(2, 2),
    1 - at(0, 0) + at(1, 1) - at(2, 2),
    1 - at(0, 0) - at(1, 1) + at(2, 2),
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const two = Math.sqrt(squares[largest] as number);
  const products = [
    [two / 2, at(2, 1) - at(1, 2), at(0, 2) - at(2, 0), at(1, 0) - at(0, 1)],
    [at(2, 1) - at(1, 2), two / 2, at(0, 1) + at(1, 0), at(0, 2) + at(2, 0)],
    [at(0, 2) - at(2, 0), at(0, 1) + at(1, 0), two / 2, at(1, 2) + at(2, 1)],
    [at(1, 0) - at(0, 1), at(0, 2) + at(2, 0), at(1, 2) + at(2, 1), two / 2],
  ][largest] as number[];
  const q = products.map((value, i) => (i === largest ? value : value / (2 * two)));
  const sign = (q[0] as number) < 0 ? -1 : 1; // a, the part not stored, is taken as positive
  return q.slice(1).map((value) => sign * value);
}

function dataTypeOf(data: Volume['data'] | OrganMask['data']): readonly [number, number] {
  if (data instanceof Uint8Array) return DATA_TYPES.Uint8Array;
  return data instanceof Int16Array ? DATA_TYPES.Int16Array : DATA_TYPES.Float32Array;
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
