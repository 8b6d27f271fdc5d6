/** Most segments a frame may have (DICOM PS3.5, Annex G). */
const MAX_SEGMENTS = 15;

/** Four bytes for the number of segments, four for each segment's place. */
const HEADER_BYTES = 64;

/**
 * Decodes a frame of DICOM's run-length encoding: one segment a byte plane, the highest byte first.
 *
 * `sampleBytes`, the bytes of one pixel, is 1, 2 or 4; `count` is in pixels.
 *
 * @param bytes the whole frame
 * @returns little-endian pixels
 * @throws RangeError when segments are missing or end early
 * @see https://dicom.nema.org/medical/dicom/current/output/html/part05.html#chapter_G
 */
export function decodeRunLength(
  bytes: Uint8Array,
  { count, sampleBytes }: { count: number; sampleBytes: number },
): Uint8Array {
  if (bytes.length < HEADER_BYTES) throw new RangeError('frame is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== sampleBytes || segments > MAX_SEGMENTS) {
    throw new RangeError(`${segments} segments for ${sampleBytes} bytes a pixel`);
  }
  const output = new Uint8Array(count * sampleBytes);
  for (let segment = 0; segment < segments; segment++) {
    const from = view.getUint32(4 + 4 * segment, true);
    const to = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    unpack(bytes.subarray(from, to), output, { first: sampleBytes - 1 - segment, sampleBytes });
  }
  return output;
}

/** PackBits: a count below 128 copies the next bytes, one above repeats the next byte. */
function unpack(
  packed: Uint8Array,
  output: Uint8Array,
  { first, sampleBytes }: { first: number; sampleBytes: number },
): void {
  let at = first;
  let index = 0;
  while (index < packed.length && at < output.length) {
    const control = packed[index++] as number;
    if (control === 128) continue; // says nothing
    const isRun = control > 128;
    const length = isRun ? 257 - control : control + 1;
    for (let i = 0; i < length && at < output.length; i++, at += sampleBytes) {
      output[at] = packed[isRun ? index : index + i] as number;
    }
    index += isRun ? 1 : length;
  }
  if (at < output.length) throw new RangeError('segment ends before its last pixel');
}
