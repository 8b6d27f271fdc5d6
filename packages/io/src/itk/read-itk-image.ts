import { FormatError, UnsupportedError } from '@omnict/nn';
import { open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { RawImage } from '../nifti/read-nifti';

/** Voxels a compressed byte may stand for: what gzip reaches on an empty image. */
const MAX_VOXELS_PER_BYTE = 2048;

/** NRRD and MetaImage headers are some hundred bytes. */
const HEADER_BYTES = 16_384;

/** Where a DICOM file says that it is one. */
const DICOM_MAGIC_AT = 128;

/**
 * Reads NRRD, MetaImage or a multi-frame DICOM file through ITK-Wasm.
 *
 * @throws FormatError when the file is damaged, its header claims more voxels than it can hold, or its
 *   data file lies elsewhere; UnsupportedError for colour or more than three axes
 */
export async function readItkImage(path: string): Promise<{ image: RawImage; warnings: string[] }> {
  await boundHeader(path);
  const { readImageNode } = await import('@itk-wasm/image-io');
  let image: Awaited<ReturnType<typeof readImageNode>>;
  try {
    image = await readImageNode(path);
  } catch (error) {
    // What ITK throws is the address of a C++ exception, or a WebAssembly trap.
    throw new FormatError(
      `${path}: cannot be decoded; expected a whole NRRD, MetaImage or DICOM file; fetch it again`,
      { cause: error },
    );
  }
  const { size, spacing, origin, direction, data, imageType } = image;
  if (imageType.components !== 1 || size.length < 2 || size.length > 3 || data === null) {
    throw new UnsupportedError(
      `${path}: ${size.join(' x ')} with ${imageType.components} values a voxel; expected one grey 3D image; convert it`,
    );
  }
  const [width = 1, height = 1, depth = 1] = size;
  const is3D = size.length === 3;
  const axes = is3D ? Array.from(direction as Float64Array) : [1, 0, 0, 0, 1, 0, 0, 0, 1];
  // Multi-frame DICOM may count its slices downwards: a negative step is a flipped axis.
  const steps = [spacing[0] ?? 1, spacing[1] ?? 1, is3D ? (spacing[2] ?? 1) : 1] as const;
  return {
    image: {
      data: values(data as ArrayLike<number>),
      shape: [depth, height, width],
      spacing: [Math.abs(steps[2]), Math.abs(steps[1]), Math.abs(steps[0])],
      origin: [origin[0] ?? 0, origin[1] ?? 0, is3D ? (origin[2] ?? 0) : 0],
      direction: axes.map((value, index) => ((steps[index % 3] ?? 1) < 0 ? -value : value)),
      warnings: [],
    },
    warnings: is3D ? [] : ['one plane without a place along z'],
  };
}

function values(data: ArrayLike<number>): RawImage['data'] {
  if (data instanceof Int16Array || data instanceof Uint8Array || data instanceof Float32Array) {
    return data;
  }
  return Float32Array.from(data);
}

/** Refuses headers that claim more than the data file can hold, before ITK takes memory for it. */
async function boundHeader(path: string): Promise<void> {
  const text = await headerText(path);
  if (text.startsWith('DICM', DICOM_MAGIC_AT)) return; // bounded by the DICOM reader
  const sizes = /^(?:sizes|DimSize)\s*[:=]([^\n]+)$/im.exec(text)?.[1]?.trim();
  const lengths = sizes?.split(/\s+/).map(Number) ?? [];
  if (
    lengths.length === 0 ||
    lengths.some((length) => !Number.isSafeInteger(length) || length < 1)
  ) {
    throw new FormatError(
      `${path}: header says no usable size; expected whole numbers under 'sizes' or 'DimSize' in its first ${HEADER_BYTES} bytes, got ${sizes ?? 'none'}; export the image again`,
    );
  }
  const voxels = lengths.reduce((product, length) => product * length, 1);
  const bytes = await dataBytes(path, text);
  if (voxels <= bytes * MAX_VOXELS_PER_BYTE) return;
  throw new FormatError(
    `${path}: header claims ${sizes} voxels, its data have ${bytes} bytes; expected data for all of them; fetch the file again`,
  );
}

async function headerText(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead).replaceAll('\r', '');
  } finally {
    await file.close();
  }
}

async function dataBytes(path: string, header: string): Promise<number> {
  const name = /^(?:data ?file|ElementDataFile)\s*[:=]\s*(.+)$/im.exec(header)?.[1]?.trim();
  if (name?.startsWith('LIST') === true) {
    throw new FormatError(
      `${path}: its data are a list of files; expected one data file; join them first`,
    );
  }
  if (name === undefined || name === 'LOCAL') return (await stat(path)).size;
  const data = resolve(dirname(path), name);
  if (!data.startsWith(join(resolve(dirname(path)), '/'))) {
    throw new FormatError(
      `${path}: data file lies outside the header's folder; expected it beside the header; move it there`,
    );
  }
  const stats = await stat(data).catch(() => undefined);
  if (stats !== undefined) return stats.size;
  throw new FormatError(
    `${path}: data file '${name}' is not there; expected it beside the header; copy both files`,
  );
}
