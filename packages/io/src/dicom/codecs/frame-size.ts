/** Width and height that a compressed frame claims. */
export interface FrameSize {
  width: number;
  height: number;
  /** Bits of a sample. */
  bits: number;
}

/** Start of a JPEG 2000 codestream: SOC, then SIZ. */
const JPEG_2000_START = 0xff4fff51;

/** JPEG's start of image. */
const JPEG_START = 0xffd8;

/** Markers between 0xc0 and 0xcf that start no frame: tables and restarts. */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/** JPEG-LS's start of frame. */
const JPEG_LS_FRAME = 0xf7;

/**
 * Size in the header of a JPEG, JPEG-LS or JPEG 2000 frame, so that a damaged one is refused before a
 * decoder takes memory for it; undefined where there is none.
 */
export function frameSize(bytes: Uint8Array): FrameSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 48) return undefined;
  if (view.getUint32(0) === JPEG_2000_START) {
    // Marker, Lsiz, Rsiz, Xsiz, Ysiz, XOsiz, YOsiz, four fields of tiles, Csiz, Ssiz
    const width = view.getUint32(8) - view.getUint32(16);
    const height = view.getUint32(12) - view.getUint32(20);
    return { width, height, bits: ((bytes[42] as number) & 0x7f) + 1 };
  }
  if (view.getUint16(0) !== JPEG_START) return undefined;
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker);
    if (isFrame || marker === JPEG_LS_FRAME) {
      return {
        bits: bytes[at + 4] as number,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
      };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
