import { randomUUID } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs-core';
import { open, rename, rm } from 'node:fs/promises';
import { float32ToBfloat16, float32ToFloat16, UnsupportedError } from '@omnict/core';
import { floatBytes } from './stored-tensor';

/** How floats are stored. Integers are always stored as I32, booleans as BOOL. */
export type FloatStorage = 'F32' | 'F16' | 'BF16';

/**
 * Writes tensors to a safetensors file. The file appears whole or not at all.
 *
 * @param tensors by name; written in order of name, so that equal content gives equal bytes
 * @see https://github.com/huggingface/safetensors
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, tf.Tensor>,
  options: { floats?: FloatStorage; metadata?: Record<string, string> } = {},
): Promise<void> {
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = {};
  if (options.metadata !== undefined) header['__metadata__'] = options.metadata;
  let offset = 0;
  for (const name of names) {
    const tensor = tensors.get(name) as tf.Tensor;
    const { storage, bytes } = storageOf(tensor, options.floats ?? 'F32');
    const end = offset + tensor.size * bytes;
    header[name] = { dtype: storage, shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8); // data starts aligned, as the format asks
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));

  const temporary = `${path}.${randomUUID()}.partial`;
  const file = await open(temporary, 'wx'); // never through a link that was planted there
  try {
    await file.writeFile(Buffer.concat([length, Buffer.from(json)]));
    for (const name of names) {
      await file.writeFile(await encode(tensors.get(name) as tf.Tensor, options.floats ?? 'F32'));
    }
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

function storageOf(tensor: tf.Tensor, floats: FloatStorage): { storage: string; bytes: number } {
  switch (tensor.dtype) {
    case 'float32':
      return { storage: floats, bytes: floatBytes(floats) };
    case 'int32':
      return { storage: 'I32', bytes: 4 };
    case 'bool':
      return { storage: 'BOOL', bytes: 1 };
    default:
      throw new UnsupportedError(
        `writeSafetensors: tensors of type ${tensor.dtype} have no place in safetensors; expected float32, int32 or bool`,
      );
  }
}

async function encode(tensor: tf.Tensor, floats: FloatStorage): Promise<Uint8Array> {
  const values = await tensor.data();
  if (!(values instanceof Float32Array) || floats === 'F32') return bytesOf(values);
  return bytesOf(floats === 'F16' ? float32ToFloat16(values) : float32ToBfloat16(values));
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
