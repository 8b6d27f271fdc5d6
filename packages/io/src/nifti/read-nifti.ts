import { FormatError, type VolumeGeometry } from '@omnict/core';
import { open } from 'node:fs/promises';
import { canInflateTo, gunzipHead, inflateTo, isGzip } from '../inflate';
import { readValues } from '../read-values';
import { readRange, readWhole } from '../read-whole';
import { STORED_BYTES, type Values, valuesOf } from '../stored-values';
import { geometryOf } from './geometry';
import { niftiFiles } from './nifti-files';
import { type Fail, type NiftiHeader, parseNiftiHeader } from './nifti-header';

/** A decoded image before it is known to be CT or labels. */
export interface RawImage extends VolumeGeometry {
  data: Values;
  warnings: string[];
}

/** What writers may leave behind the voxels. */
const MAX_TRAILING_BYTES = 2 ** 20;

/** What is read of a header's own file. */
const HEADER_FILE_BYTES = 4096;

/**
 * Reads NIfTI-1 or NIfTI-2, gzipped or not, of either byte order, in one file or a pair `.hdr` and `.img`.
 *
 * The affine is the sform where its code is set and its axes stand at right angles, else the
 * quaternion, else spacing alone along LPS axes, as ITK has it. Values are
 * `slope * stored + intercept`; a slope of 0 or NaN means "not scaled", as in nibabel.
 *
 * @throws FormatError naming file, what is wrong, and what was expected; UnsupportedError for colour,
 *   complex numbers and sheared grids
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h, nifti2.h
 */
export async function readNifti(path: string): Promise<NiftiImage> {
  const fail: Fail = (problem, expected) => {
    throw new FormatError(
      `${path}: ${problem}; expected ${expected}; the file is damaged or incomplete; fetch it again`,
    );
  };
  const files = niftiFiles(path);
  const isPair = files.header !== files.voxels;
  const start = await readStart(files.header);
  const header = parseNiftiHeader(isGzip(start) ? head(start, fail) : start, {
    path,
    isPair,
    fail,
  });
  const { type, shape, dataOffset } = header;
  const count = shape[0] * shape[1] * shape[2];
  const needed = dataOffset + count * STORED_BYTES[type];
  const missing = (bytes: number): never =>
    fail(
      `${shape.join(' x ')} voxels of ${type} from byte ${dataOffset} on need ${needed} bytes, the file has ${bytes}`,
      'all voxels',
    );
  const voxelStart = isPair ? await readStart(files.voxels) : start;
  const content = isGzip(voxelStart)
    ? await packedContent(files.voxels, { header, needed, missing, fail })
    : await plainContent(files.voxels, { header, needed, missing });
  return {
    ...geometryOf(header.affine, shape),
    data: content.data,
    warnings: header.warnings,
    isScaled: header.slope !== 1 || header.intercept !== 0,
    extension: isPair ? Buffer.alloc(0) : content.extension,
  };
}

interface Content {
  data: Values;
  extension: Buffer;
}

interface Wanted {
  header: NiftiHeader;
  /** Bytes up to the last voxel. */
  needed: number;
  missing: (bytes: number) => never;
}

async function packedContent(
  path: string,
  { header, needed, missing, fail }: Wanted & { fail: Fail },
): Promise<Content> {
  const bytes = await unpacked(await readWhole(path), needed, fail);
  if (needed > bytes.length) return missing(bytes.length);
  return {
    data: valuesOf(bytes.subarray(header.dataOffset, needed), header),
    extension: bytes.subarray(header.bytes, header.dataOffset),
  };
}

/** A file that is not packed is read by range: it may be larger than one block of memory. */
async function plainContent(path: string, { header, needed, missing }: Wanted): Promise<Content> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (needed > size) return missing(size);
    const extension = Buffer.alloc(Math.max(0, header.dataOffset - header.bytes));
    await readRange(file, extension, { path, from: header.bytes });
    const range = { path, from: header.dataOffset, bytes: needed - header.dataOffset };
    return { data: await readValues(file, range, header), extension };
  } finally {
    await file.close();
  }
}

/** An image, and what only its header tells. */
export interface NiftiImage extends RawImage {
  /** True when the header rescales the stored values. */
  isScaled: boolean;
  /** What lies between header and voxels. */
  extension: Buffer;
}

/** The file of a header alone; one that is far too long is no header. */
async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_FILE_BYTES));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function head(file: Buffer, fail: Fail): Buffer {
  try {
    return gunzipHead(file);
  } catch {
    return fail('gzip stream breaks at its begin', 'a whole .nii.gz file');
  }
}

/** A small file can unpack to any size: it is unpacked as far as its own header says. */
async function unpacked(file: Buffer, needed: number, fail: Fail): Promise<Buffer> {
  if (!canInflateTo(file.length, needed)) {
    return fail(`${file.length} bytes cannot unpack to the ${needed} of its voxels`, 'all voxels');
  }
  try {
    return await inflateTo(file, { expectedBytes: needed, slackBytes: MAX_TRAILING_BYTES });
  } catch (error) {
    const isLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return isLong
      ? fail(`unpacks to more than ${needed + MAX_TRAILING_BYTES} bytes`, 'what its header says')
      : fail('gzip stream breaks off or is damaged', 'a whole .nii.gz file');
  }
}
