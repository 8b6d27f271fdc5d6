/**
 * A copy that TensorFlow cannot alias.
 *
 * TensorFlow takes over a JavaScript array without copying when it lies on a 64-byte boundary, and
 * frees it on whatever thread drops the last reference. The addon then calls Node's API from that
 * thread, which may end the process. An array that begins 4 bytes after a multiple of 8 lies on no
 * such boundary: TensorFlow copies it at once, on this thread, and later writes to it change nothing.
 */
export function unaliased<T extends Float32Array | Int32Array | Uint8Array>(values: T): T {
  if (isUnaliased(values)) return values;
  const copy = new ArrayBuffer(OFFSET + values.byteLength);
  const Kind = values.constructor as new (buffer: ArrayBuffer, at: number, length: number) => T;
  const result = new Kind(copy, OFFSET, values.length);
  result.set(values);
  return result;
}

/** An empty array that is uploaded without the copy that `unaliased` makes. */
export function uploadBuffer(length: number): Float32Array<ArrayBuffer> {
  const { buffer } = uploadBytes(length * Float32Array.BYTES_PER_ELEMENT);
  return new Float32Array(buffer, OFFSET, length);
}

/** The same, as bytes; arrays of 2- and 4-byte types over them are uploaded without that copy. */
export function uploadBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(OFFSET + length), OFFSET, length);
}

/** V8 puts array buffers on multiples of 8 at least. */
const OFFSET = 4;

function isUnaliased({ byteOffset }: ArrayBufferView): boolean {
  return byteOffset % 8 === OFFSET;
}
