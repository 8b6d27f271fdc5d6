import * as tf from '@tensorflow/tfjs-core';
import { open, type FileHandle } from 'node:fs/promises';
import { FormatError } from '../errors/format-error';
import { MissingDataError } from '../errors/missing-data-error';
import { UnsupportedError } from '../errors/unsupported-error';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision';
import {
  MAX_HEADER_BYTES,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './safetensors-header';

/** An open safetensors file; tensors are read one at a time, by byte range. */
export class SafetensorsFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly header: SafetensorsHeader,
  ) {}

  /** Tensors by name. */
  get entries(): ReadonlyMap<string, SafetensorsEntry> {
    return this.header.entries;
  }

  /** Free text that the writer left. */
  get metadata(): Readonly<Record<string, string>> {
    return this.header.metadata;
  }

  /** Reads and checks the header. @throws MissingDataError, FormatError. */
  static async open(path: string): Promise<SafetensorsFile> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      throw new MissingDataError(
        `${path}: cannot be opened; expected a safetensors file; check the path`,
        { cause: error },
      );
    }
    try {
      const { size: fileSize } = await handle.stat();
      const headerBytes = await readHeaderLength(handle, path, fileSize);
      const header = await readExactly(handle, { path, begin: 8, length: headerBytes });
      const parsed = parseSafetensorsHeader(Buffer.from(header.buffer).toString('utf8'), {
        path,
        dataStart: 8 + headerBytes,
        fileSize,
      });
      return new SafetensorsFile(handle, path, parsed);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** One tensor as float32 or int32. The caller owns it. @throws MissingDataError, FormatError. */
  async read(name: string): Promise<tf.Tensor> {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      throw new MissingDataError(
        `${this.path}: tensor '${name}' is missing; the file holds ${this.entries.size} tensors; check that config and checkpoint belong together`,
      );
    }
    const { begin, end, dtype, shape } = entry;
    const bytes = await readExactly(this.handle, { path: this.path, begin, length: end - begin });
    const values = decode(bytes.buffer, dtype, `${this.path}: tensor '${name}'`);
    return tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32');
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** Reads all tensors of a file. The caller owns them. @throws MissingDataError, FormatError. */
export async function readSafetensors(path: string): Promise<Map<string, tf.Tensor>> {
  const file = await SafetensorsFile.open(path);
  const tensors = new Map<string, tf.Tensor>();
  try {
    for (const name of file.entries.keys()) tensors.set(name, await file.read(name));
    return tensors;
  } catch (error) {
    for (const tensor of tensors.values()) tensor.dispose();
    throw error;
  } finally {
    await file.close();
  }
}

async function readHeaderLength(
  handle: FileHandle,
  path: string,
  fileSize: number,
): Promise<number> {
  if (fileSize < 8) {
    throw new FormatError(
      `${path}: too short for safetensors; expected at least 8 bytes, got ${fileSize}; fetch it again`,
    );
  }
  const { buffer } = await readExactly(handle, { path, begin: 0, length: 8 });
  const length = new DataView(buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER_BYTES, fileSize - 8))) {
    throw new FormatError(
      `${path}: safetensors header length is impossible; expected at most ${Math.min(MAX_HEADER_BYTES, fileSize - 8)} bytes, got ${length}; the file is damaged or of another format`,
    );
  }
  return Number(length);
}

async function readExactly(
  handle: FileHandle,
  { path, begin, length }: { path: string; begin: number; length: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(length); // its own memory from offset 0, as wider types need
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, begin + done);
    if (bytesRead === 0) {
      throw new FormatError(
        `${path}: ends early; expected ${length} bytes at ${begin}, got ${done}; the file is incomplete; fetch it again`,
      );
    }
    done += bytesRead;
  }
  return buffer;
}

function decode(buffer: ArrayBuffer, dtype: string, where: string): Float32Array | Int32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case 'I64':
      return within32Bits(new BigInt64Array(buffer), where);
    case 'I32':
      return new Int32Array(buffer);
    case 'U64':
      return within32Bits(new BigUint64Array(buffer), where);
    case 'U32':
      return within32Bits(new Uint32Array(buffer), where);
    case 'I16':
      return Int32Array.from(new Int16Array(buffer));
    case 'U16':
      return Int32Array.from(new Uint16Array(buffer));
    case 'I8':
      return Int32Array.from(new Int8Array(buffer));
    default:
      return Int32Array.from(new Uint8Array(buffer)); // U8, BOOL
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
