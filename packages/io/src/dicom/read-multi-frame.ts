import { UnsupportedError } from '@omnict/nn';
import { readItkImage } from '../itk/read-itk-image';
import type { RawImage } from '../nifti/read-nifti';
import type { SliceHeader } from './slice-header';

/**
 * Reads an enhanced multi-frame CT, whose one file holds all slices.
 *
 * @throws UnsupportedError for several such files, FormatError when it cannot be decoded
 */
export async function readMultiFrame(
  path: string,
  slices: readonly SliceHeader[],
): Promise<RawImage> {
  const [only, another] = slices;
  if (only === undefined || another !== undefined) {
    throw new UnsupportedError(
      `${path}: ${slices.length} multi-frame files; expected one; give one file`,
    );
  }
  const { image, warnings } = await readItkImage(only.path);
  return { ...image, warnings };
}
