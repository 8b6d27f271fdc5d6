import * as tf from '@tensorflow/tfjs-core';
import { BFLOAT16, FLOAT16 } from '../engine/types';
import { uploadBytes } from '../engine/upload';
import { bfloat16ToFloat32, float16ToFloat32, UnsupportedError } from '@omnict/core';
import { onTensorFlow, uploadNow } from '../fast/tensorflow';
import { widenHalves } from '../fast/widen-halves';
import type { FloatStorage } from './write-safetensors';

/**
 * The memory that tensors are read into. TensorFlow copies what it is given, so one block serves one
 * tensor after the other; the other engines keep the block itself, so each tensor gets its own.
 */
export class StagingMemory {
  private block: Uint8Array<ArrayBuffer> | undefined;

  /** Runs with memory of a length, to be filled; nothing may use it afterwards. */
  async use<T>(length: number, run: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    const kept = this.block;
    this.block = undefined; // reads at the same time have memory of their own
    const block = kept !== undefined && kept.length >= length ? kept : uploadBytes(length);
    const result = await run(block.subarray(0, length));
    if (onTensorFlow()) this.block = block;
    return result;
  }
}

/** Floats in the form they are stored in. */
export interface StoredFloats {
  bytes: Uint8Array<ArrayBuffer>;
  dtype: FloatStorage;
}

/** A tensor of floats in the form it is stored in. */
export interface StoredFloatTensor extends StoredFloats {
  shape: readonly number[];
}

/** Bytes of a stored float. */
export function floatBytes(dtype: FloatStorage): 2 | 4 {
  return dtype === 'F32' ? 4 : 2;
}

/** float32 values as they would be stored; shares their memory. */
export function storedFloats({ buffer, byteOffset, byteLength }: Float32Array): StoredFloats {
  return { bytes: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength), dtype: 'F32' };
}

/**
 * A tensor, float32 or int32, of the bytes that safetensors stores. On TensorFlow it holds a copy of
 * them. The caller owns it.
 *
 * @throws UnsupportedError for integers beyond 32 bits
 */
export function tensorOfBytes(
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, shape }: { dtype: string; shape: readonly number[] },
  where: string,
): tf.Tensor {
  if (onTensorFlow() && (dtype === 'F16' || dtype === 'BF16') && bytes.length % 4 === 0) {
    return widenHalves(bytes, shape, dtype === 'F16' ? FLOAT16 : BFLOAT16);
  }
  const values = decode(bytes, dtype, where);
  const type = values instanceof Int32Array ? 'int32' : 'float32';
  const tensor = tf.tensor(values, [...shape], type);
  if (onTensorFlow()) uploadNow(tensor);
  return tensor;
}

function decode(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: string,
  where: string,
): Float32Array | Int32Array {
  const { buffer, byteOffset, length } = bytes;
  /** The bytes where 64-bit types can be read. */
  const aligned = (): ArrayBuffer => buffer.slice(byteOffset, byteOffset + length);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, length / 4);
    case 'F64':
      return Float32Array.from(new Float64Array(aligned()));
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer, byteOffset, length / 2));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, length / 2));
    case 'I64':
      return within32Bits(new BigInt64Array(aligned()), where);
    case 'I32':
      return new Int32Array(buffer, byteOffset, length / 4);
    case 'U64':
      return within32Bits(new BigUint64Array(aligned()), where);
    case 'U32':
      return within32Bits(new Uint32Array(buffer, byteOffset, length / 4), where);
    case 'I16':
      return Int32Array.from(new Int16Array(buffer, byteOffset, length / 2));
    case 'U16':
      return Int32Array.from(new Uint16Array(buffer, byteOffset, length / 2));
    case 'I8':
      return Int32Array.from(new Int8Array(buffer, byteOffset, length));
    default:
      return Int32Array.from(bytes); // U8, BOOL
  }
}

function within32Bits(
  values: BigInt64Array | BigUint64Array | Uint32Array,
  where: string,
): Int32Array {
  const result = new Int32Array(values.length);
  values.forEach((value: bigint | number, index: number) => {
    result[index] = Number(value);
    if (result[index] === Number(value)) return;
    throw new UnsupportedError(
      `${where} holds an integer beyond 32 bits (${value}); tfjs has no wider integer; store it as F64`,
    );
  });
  return result;
}
