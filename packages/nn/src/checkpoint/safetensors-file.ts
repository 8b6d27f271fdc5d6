import type * as tf from '@tensorflow/tfjs-core';
import { open, type FileHandle } from 'node:fs/promises';
import { FormatError, MissingDataError, UnsupportedError } from '@omnict/core';
import { uploadBytes } from '../engine/upload';
import {
  MAX_HEADER_BYTES,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './safetensors-header';
import { StagingMemory, type StoredFloatTensor, tensorOfBytes } from './stored-tensor';

/** An open safetensors file; tensors are read one at a time, by byte range. */
export class SafetensorsFile {
  private readonly staging = new StagingMemory();

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
    const entry = this.entry(name);
    const { begin, end } = entry;
    return this.staging.use(end - begin, async (bytes) => {
      await fill(this.handle, bytes, { path: this.path, begin });
      return tensorOfBytes(bytes, entry, `${this.path}: tensor '${name}'`);
    });
  }

  /**
   * Floats of one tensor as they are stored, in memory that uploads without a copy.
   *
   * @throws MissingDataError, FormatError; UnsupportedError unless it holds F32, F16 or BF16
   */
  async readStored(name: string): Promise<StoredFloatTensor> {
    const { begin, end, dtype, shape } = this.entry(name);
    if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
      throw new UnsupportedError(
        `${this.path}: tensor '${name}' holds ${dtype}; expected F32, F16 or BF16`,
      );
    }
    const bytes = uploadBytes(end - begin);
    await fill(this.handle, bytes, { path: this.path, begin });
    return { bytes, dtype, shape };
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private entry(name: string): SafetensorsEntry {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      throw new MissingDataError(
        `${this.path}: tensor '${name}' is missing; the file holds ${this.entries.size} tensors; check that config and checkpoint belong together`,
      );
    }
    return entry;
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
  const bytes = new Uint8Array(length);
  await fill(handle, bytes, { path, begin });
  return bytes;
}

/** Reads as many bytes as there is room for. */
async function fill(
  handle: FileHandle,
  room: Uint8Array,
  { path, begin }: { path: string; begin: number },
): Promise<void> {
  let done = 0;
  while (done < room.length) {
    const { bytesRead } = await handle.read(room, done, room.length - done, begin + done);
    if (bytesRead === 0) {
      throw new FormatError(
        `${path}: ends early; expected ${room.length} bytes at ${begin}, got ${done}; the file is incomplete; fetch it again`,
      );
    }
    done += bytesRead;
  }
}
