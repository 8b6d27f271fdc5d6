import { floatBytes, type FloatStorage, writeSafetensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of features that are gathered before a file is written. */
const FILE_BYTES = 2 ** 28;

/** How features are kept. */
export interface FeatureWriterOptions {
  storage: FloatStorage;
  /** Start of the files' names: writers into one folder need names of their own. */
  name?: string;
  /** Size from which on a file is complete. Default 256 MiB. */
  fileBytes?: number;
}

/**
 * Writes features of a frozen encoder as safetensors files, one tensor an image, many images a file:
 * a hundred thousand volumes are a few hundred files, which Python reads as well.
 */
export class FeatureWriter {
  private readonly pending = new Map<string, tf.Tensor>();
  private pendingBytes = 0;
  private files = 0;

  private constructor(
    private readonly folder: string,
    private readonly options: Required<FeatureWriterOptions>,
  ) {}

  static async create(
    folder: string,
    { storage, name = 'features', fileBytes = FILE_BYTES }: FeatureWriterOptions,
  ): Promise<FeatureWriter> {
    await mkdir(folder, { recursive: true });
    return new FeatureWriter(folder, { storage, name, fileBytes });
  }

  /** Takes over the features of an image, of any shape. */
  async add(key: string, features: tf.Tensor): Promise<void> {
    this.pending.set(key, features);
    this.pendingBytes += features.size * floatBytes(this.options.storage);
    if (this.pendingBytes >= this.options.fileBytes) await this.flush();
  }

  /** Writes what is left. Call it also when something failed: it frees the features. */
  async close(): Promise<void> {
    if (this.pending.size > 0) await this.flush();
  }

  private async flush(): Promise<void> {
    const number = String(++this.files).padStart(5, '0');
    const path = join(this.folder, `${this.options.name}-${number}.safetensors`);
    try {
      await writeSafetensors(path, this.pending, { floats: this.options.storage });
    } finally {
      tf.dispose([...this.pending.values()]);
      this.pending.clear();
      this.pendingBytes = 0;
    }
  }
}
