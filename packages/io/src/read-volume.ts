import { FormatError, type Volume } from '@omnict/core';
import { toHounsfield } from './hounsfield';
import type { ImageFormat } from './image-format';
import type { RawImage } from './nifti/read-nifti';
import { readImage, type ReadOptions } from './read-image';

/** A CT image, and what the reader had to assume or mend. */
export interface ReadVolume {
  volume: Volume;
  format: ImageFormat;
  /** One sentence each, without patient data. */
  warnings: string[];
}

/**
 * Reads a CT image: NIfTI, DICOM (file or folder), NRRD, MetaImage, NumPy, PNG or JPEG (file or
 * folder of slices).
 *
 * Axes are permuted and flipped to patient order, so that `[z, y, x]` runs to the head, the back
 * and the left.
 *
 * @throws MissingDataError when nothing is there, FormatError when it is damaged, UnsupportedError
 *   when it is no CT or another format
 */
export async function readVolume(path: string, options: ReadOptions = {}): Promise<ReadVolume> {
  const { image, format, unit, warnings } = await readImage(path, options);
  const { shape, spacing, origin, direction } = image;
  const hounsfield = toHounsfield(image.data, unit, options.assume);
  warnings.push(...hounsfield.warnings);
  const { data, notFinite } = finite(hounsfield.data);
  if (isConstant(data)) warnings.push(CONSTANT_WARNING);
  if (notFinite === data.length) {
    throw new FormatError(
      `${path}: no voxel has a value; expected Hounsfield units, got only NaN or infinity; export the image again`,
    );
  }
  if (notFinite > 0)
    warnings.push(`${notFinite} voxels without a value were set to air (-1000 HU)`);
  const isIntensity = options.assume === 'intensity';
  const grid = { shape, spacing, origin, direction };
  const volume: Volume = { data, ...grid, unit: 'HU', ...(isIntensity && { isIntensity }) };
  return { volume, format, warnings };
}

/** Told of images that show nothing: some data sets hold volumes of zeros. */
export const CONSTANT_WARNING = 'every voxel has the same value: the image shows nothing';

function isConstant(data: Volume['data']): boolean {
  const [first] = data;
  return data.every((value: number) => value === first);
}

const AIR_HU = -1000;

/** Bytes as int16; NaN and infinity as air, because one of them would spread over the whole model. */
function finite(data: RawImage['data']): { data: Volume['data']; notFinite: number } {
  if (data instanceof Int16Array) return { data, notFinite: 0 };
  if (data instanceof Uint8Array) return { data: Int16Array.from(data), notFinite: 0 };
  let notFinite = 0;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    data[i] = AIR_HU;
    notFinite++;
  }
  return { data, notFinite };
}
