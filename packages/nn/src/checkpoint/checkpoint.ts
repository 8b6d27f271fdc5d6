import type * as tf from '@tensorflow/tfjs-core';
import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FormatError, MissingDataError } from '@omnict/core';
import { SafetensorsFile } from './safetensors-file';

/** Names of unsharded weights: transformers', diffusers' and open_clip's. */
const SINGLE_FILES = [
  'model.safetensors',
  'diffusion_pytorch_model.safetensors',
  'open_clip_model.safetensors',
];
const SHARD_INDEX = 'model.safetensors.index.json';

/** Weight files of a folder, and the index of shards: what a result depends on. Sorted. */
export function checkpointFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors') || name === SHARD_INDEX)
    .sort()
    .map((name) => join(folder, name));
}

/**
 * The tensors of a Hugging Face checkpoint: one safetensors file, or several with an index. Tensors
 * are read one at a time, so that loading needs little more memory than the model itself.
 */
export class Checkpoint {
  private constructor(
    /** File or folder, for messages. */
    readonly path: string,
    private readonly files: readonly SafetensorsFile[],
    private readonly fileOf: ReadonlyMap<string, SafetensorsFile>,
  ) {}

  /**
   * Opens a safetensors file, or a folder with `model.safetensors` or
   * `model.safetensors.index.json`.
   *
   * @throws MissingDataError when a file or shard is missing; FormatError when one is damaged or the
   *   index names a tensor its shard lacks
   */
  static async open(path: string): Promise<Checkpoint> {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (!isFolder) return Checkpoint.of(path, [await SafetensorsFile.open(path)]);
    for (const name of SINGLE_FILES) {
      if (!(await exists(join(path, name)))) continue;
      return Checkpoint.of(path, [await SafetensorsFile.open(join(path, name))]);
    }
    if (await exists(join(path, SHARD_INDEX))) return openShards(join(path, SHARD_INDEX));
    throw new MissingDataError(
      `${path}: holds no weights; expected ${SINGLE_FILES.join(', ')} or ${SHARD_INDEX}; fetch the checkpoint in safetensors form`,
    );
  }

  /** Joins open files. */
  static of(path: string, files: readonly SafetensorsFile[]): Checkpoint {
    const fileOf = new Map<string, SafetensorsFile>();
    for (const file of files) for (const name of file.entries.keys()) fileOf.set(name, file);
    return new Checkpoint(path, files, fileOf);
  }

  /** Shape of each tensor. */
  get shapes(): ReadonlyMap<string, readonly number[]> {
    return new Map(
      [...this.fileOf].map(([name, file]) => [name, file.entries.get(name)?.shape ?? []]),
    );
  }

  has(name: string): boolean {
    return this.fileOf.has(name);
  }

  /** One tensor as float32 or int32. The caller owns it. @throws MissingDataError, FormatError. */
  async read(name: string): Promise<tf.Tensor> {
    const file = this.fileOf.get(name);
    if (file !== undefined) return file.read(name);
    throw new MissingDataError(
      `${this.path}: tensor '${name}' is missing; the checkpoint holds ${this.fileOf.size} tensors; check that config and checkpoint belong together`,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

async function openShards(indexPath: string): Promise<Checkpoint> {
  const folder = dirname(indexPath);
  const shardOf = parseIndex(await readFile(indexPath, 'utf8'), indexPath);
  const names = [...new Set(Object.values(shardOf))].sort();
  const files = new Map<string, SafetensorsFile>();
  try {
    for (const name of names) {
      if (!(await exists(join(folder, name)))) {
        const missing = Object.values(shardOf).filter((shard) => shard === name).length;
        throw new MissingDataError(
          `${join(folder, name)}: shard is missing; ${SHARD_INDEX} places ${missing} tensors there; fetch it again`,
        );
      }
      files.set(name, await SafetensorsFile.open(join(folder, name)));
    }
    for (const [tensor, shard] of Object.entries(shardOf)) {
      if (files.get(shard)?.entries.has(tensor) === true) continue;
      throw new FormatError(
        `${join(folder, shard)}: tensor '${tensor}' is missing; ${SHARD_INDEX} places it there; index and shards are of different checkpoints; fetch them again`,
      );
    }
    return Checkpoint.of(folder, [...files.values()]);
  } catch (error) {
    await Promise.all([...files.values()].map((file) => file.close()));
    throw error;
  }
}

function parseIndex(text: string, path: string): Record<string, string> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new FormatError(
      `${path}: ${problem}; expected {"weight_map": {tensor: file}}; fetch it again`,
      { cause },
    );
  };
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch (error) {
    return fail('is not JSON', error);
  }
  const shardOf = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof shardOf !== 'object' || shardOf === null) return fail('has no weight_map');
  for (const [tensor, shard] of Object.entries(shardOf)) {
    // A name with a separator could lead out of the folder.
    if (typeof shard !== 'string' || /[/\\]/.test(shard) || !shard.endsWith('.safetensors')) {
      fail(`names no file of this folder for tensor '${tensor}': ${JSON.stringify(shard)}`);
    }
  }
  return shardOf as Record<string, string>;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
