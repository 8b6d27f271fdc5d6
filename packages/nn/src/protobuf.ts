/**
 * @file Writes protocol buffer messages field by field: the few wire types that TensorFlow graphs and ONNX models need.
 * Wire format: https://protobuf.dev/programming-guides/encoding
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Base-128 varint; negative numbers as 64-bit two's complement, as protobuf's int64 does. */
export function varint(value: number | bigint): Buffer {
  let rest = BigInt(value);
  if (rest < 0n) rest += 1n << 64n;
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

/** Integer, enum or bool field. */
export function integerField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint((field << 3) | VARINT), varint(value)]);
}

/** String, bytes or nested message field. */
export function bytesField(field: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

/** 32-bit float field. */
export function floatField(field: number, value: number): Buffer {
  return Buffer.concat([varint((field << 3) | FIXED32), floatBytes([value])]);
}

/** Little-endian 32-bit floats, as packed repeated fields hold them. */
export function floatBytes(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes;
}
