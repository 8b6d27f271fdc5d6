/** Decodes a grey JPEG frame of 8 bits (processes 1, 2 and 4) to bytes. */
export async function decodeJpegBaseline(encoded: Uint8Array): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp'); // loaded when first needed: it is large
  const { data } = await sharp(encoded, { failOn: 'truncated' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data;
}
