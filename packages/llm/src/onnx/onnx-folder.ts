import { bfloat16ToFloat32, ConfigError, FormatError } from '@omnict/core';
import { floatBytes, OnnxModel } from '@omnict/nn';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecoderConfig } from '../decoder/decoder-config';
import type { OnnxWeights } from './onnx-layers';

/** @file The folder of a decoder written for onnxruntime: the model, its sizes and its embedding table. */

const FORMAT = 'omnict/onnx-decoder@1';
const CONFIG_FILE = 'decoder.json';
const TABLE_FILE = 'embeddings.bin';

/** Names that safetensors gives a table's types. */
const STORED = { f32: 'F32', bf16: 'BF16' } as const;

/** An embedding table as it lies on disk, `[V, E]`. */
export interface EmbeddingTable {
  type: 'f32' | 'bf16';
  bytes: Uint8Array;
}

/** What {@link CONFIG_FILE} says. */
interface FolderContent {
  config: DecoderConfig;
  weights: OnnxWeights;
  table: EmbeddingTable['type'];
}

/** Returns a table in bfloat16 where that changes no value: most checkpoints are stored so. */
export function packEmbeddings(values: Float32Array): EmbeddingTable {
  const halves = new Uint16Array(values.buffer, values.byteOffset, values.length * 2); // low, high, low, ..
  let isRounded = true;
  for (let i = 0; i < halves.length && isRounded; i += 2) isRounded = halves[i] === 0;
  if (!isRounded) {
    return {
      type: 'f32',
      bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    };
  }
  const high = new Uint16Array(values.length);
  for (let i = 0; i < high.length; i++) high[i] = halves[2 * i + 1] as number;
  return { type: 'bf16', bytes: new Uint8Array(high.buffer) };
}

/** Writes what stands beside the model; last of all its sizes, whose presence says that the rest is there. */
export async function writeOnnxFolder(
  folder: string,
  { table, ...content }: Omit<FolderContent, 'table'> & { table: EmbeddingTable },
): Promise<void> {
  await writeFile(join(folder, TABLE_FILE), table.bytes);
  const json = { format: FORMAT, ...content, table: table.type };
  await writeFile(join(folder, CONFIG_FILE), `${JSON.stringify(json, null, 2)}\n`);
}

/** Whether a folder holds a decoder for onnxruntime. */
export function isOnnxFolder(folder: string): boolean {
  return existsSync(join(folder, CONFIG_FILE)) && existsSync(OnnxModel.file(folder));
}

/** File whose time tells when the folder was written. */
export function onnxFolderStamp(folder: string): string {
  return join(folder, CONFIG_FILE);
}

/** Reads sizes and table. @throws FormatError when the folder is of another format */
export async function readOnnxFolder(
  folder: string,
): Promise<{ config: DecoderConfig; weights: OnnxWeights; embeddings: EmbeddingRows }> {
  const path = join(folder, CONFIG_FILE);
  const json = JSON.parse(await readFile(path, 'utf8')) as FolderContent & { format?: string };
  if (json.format !== FORMAT) {
    throw new FormatError(
      `${path}: holds '${json.format}'; expected '${FORMAT}'; run 'omnict models quantize' again`,
    );
  }
  const embeddings = EmbeddingRows.open(join(folder, TABLE_FILE), json);
  return { config: json.config, weights: json.weights, embeddings };
}

/** Rows of an embedding table, read from disk when asked for: few of its tokens occur. */
export class EmbeddingRows {
  private constructor(
    private readonly path: string,
    private readonly file: number,
    private readonly sizes: { type: EmbeddingTable['type']; count: number; size: number },
  ) {}

  /** Opens a table. @throws FormatError when it is not as long as the sizes say */
  static open(path: string, { config, table }: FolderContent): EmbeddingRows {
    const { vocabSize: count, hiddenSize: size } = config;
    const expected = count * size * floatBytes(STORED[table]);
    const file = openSync(path, 'r');
    const { size: found } = fstatSync(file);
    if (found === expected) return new EmbeddingRows(path, file, { type: table, count, size });
    closeSync(file);
    throw new FormatError(
      `${path}: has ${found} bytes; expected ${expected}; run 'omnict models quantize' again`,
    );
  }

  /** Embeddings of ids. @returns float32 `[ids, E]` @throws ConfigError for an id beyond the table */
  rows(ids: ArrayLike<number>): Float32Array {
    const { type, count, size } = this.sizes;
    const rows = new Float32Array(ids.length * size);
    const bytes = new Uint8Array(size * floatBytes(STORED[type]));
    Array.from(ids).forEach((id, place) => {
      if (!(id >= 0 && id < count)) {
        throw new ConfigError(
          `${this.path}: has no row for id ${id}; expected 0 to ${count - 1}; use the tokenizer of this model`,
        );
      }
      readSync(this.file, bytes, 0, bytes.length, id * bytes.length);
      const row =
        type === 'f32'
          ? new Float32Array(bytes.buffer)
          : bfloat16ToFloat32(new Uint16Array(bytes.buffer));
      rows.set(row, place * size);
    });
    return rows;
  }

  close(): void {
    closeSync(this.file);
  }
}
