/** First box of a JP2 file: its length, 12, and its type, `jP` and two blanks. */
const SIGNATURE = Buffer.from('0000000c6a502020', 'hex');

/** Type of the box that holds the codestream. */
const CODESTREAM = 'jp2c';

/**
 * Codestream of a JPEG 2000 frame. DICOM wants it alone (PS3.5, 8.2.4); some exporters leave it in
 * the boxes of a JP2 file.
 *
 * @see ITU-T T.800, Annex I
 */
export function codestreamOf(frame: Uint8Array): Uint8Array {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return frame;
  for (let at = 0; at + 16 <= bytes.length;) {
    // A length of 1: the true one has eight bytes behind the type; 0: up to the end.
    const short = bytes.readUInt32BE(at);
    const header = short === 1 ? 16 : 8;
    const length = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short || bytes.length - at;
    if (length < header) return frame;
    if (bytes.toString('latin1', at + 4, at + 8) === CODESTREAM) {
      return frame.subarray(at + header, at + length);
    }
    at += length;
  }
  return frame;
}
