import { MissingDataError } from '@omnict/core';
import { SafetensorsFile, type StoredFloatTensor } from '@omnict/nn';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of features kept in memory: small sets are read once, large ones each time. */
const KEPT_BYTES = 2 ** 28;

/** Features that a {@link FeatureWriter} wrote; each is read by its byte range when asked for. */
export class FeatureStore {
  private readonly fileOf: ReadonlyMap<string, SafetensorsFile>;
  private readonly kept = new Map<string, StoredFloatTensor>();
  private keptBytes = 0;

  private constructor(
    private readonly folder: string,
    private readonly files: readonly SafetensorsFile[],
    private readonly maximumKept: number,
  ) {
    this.fileOf = new Map(
      files.flatMap((file) => [...file.entries.keys()].map((key) => [key, file] as const)),
    );
  }

  /** Opens all files of a folder and reads their headers. @throws MissingDataError, FormatError */
  static async open(folder: string, { keptBytes = KEPT_BYTES } = {}): Promise<FeatureStore> {
    const present = await readdir(folder).catch((error: unknown) => {
      throw new MissingDataError(
        `${folder}: cannot be read; expected a folder of features; encode the images again`,
        { cause: error },
      );
    });
    const names = present.filter((name) => name.endsWith('.safetensors')).sort();
    const files: SafetensorsFile[] = [];
    try {
      for (const name of names) files.push(await SafetensorsFile.open(join(folder, name)));
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
    return new FeatureStore(folder, files, keptBytes);
  }

  /** Number of images. */
  get size(): number {
    return this.fileOf.size;
  }

  /** Features of an image as they are stored. @throws MissingDataError, FormatError */
  async read(key: string): Promise<StoredFloatTensor> {
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const read = await this.file(key).readStored(key);
    if (this.keptBytes + read.bytes.length <= this.maximumKept && !this.kept.has(key)) {
      this.kept.set(key, read);
      this.keptBytes += read.bytes.length;
    }
    return read;
  }

  async close(): Promise<void> {
    this.kept.clear();
    await Promise.all(this.files.map((file) => file.close()));
  }

  private file(key: string): SafetensorsFile {
    const file = this.fileOf.get(key);
    if (file !== undefined) return file;
    throw new MissingDataError(
      `${this.folder}: no features of image '${key}'; expected one of the ${this.size} images encoded; encode the images again`,
    );
  }
}
