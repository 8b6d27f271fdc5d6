import { FormatError } from '@omnict/core';

/** Difference of channels, 0 to 255, from which a pixel is coloured: JPEG alone makes a few. */
const COLOURED = 24;

/** Pixels looked at along each side; colour needs no detail. */
const SIDE = 256;

/**
 * Share of coloured pixels in a PNG or JPEG, 0 to 1. CT is grey: photographs, slides and fused PET
 * are not.
 *
 * @throws FormatError for a damaged picture
 */
export async function measureColour(path: string): Promise<number> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(path, { failOn: 'truncated' })
    .removeAlpha()
    .toColourspace('srgb')
    .resize({ width: SIDE, height: SIDE, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw new FormatError(
        `${path}: cannot be decoded; expected a whole PNG or JPEG picture; fetch it again`,
        { cause: error },
      );
    });
  if (info.channels < 3) return 0;
  let coloured = 0;
  for (let i = 0; i < data.length; i += info.channels) {
    const [r, g, b] = [data[i], data[i + 1], data[i + 2]] as [number, number, number];
    if (Math.max(r, g, b) - Math.min(r, g, b) >= COLOURED) coloured++;
  }
  return coloured / (info.width * info.height);
}
