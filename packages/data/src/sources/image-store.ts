import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { writeFileAtomic } from '@omnict/core';
import { RowError } from '../problem';
import type { EmbeddedImage, RecordDraft } from './source-adapter';

/** First bytes of the formats that rows hold. */
const EXTENSIONS: readonly (readonly [string, readonly number[]])[] = [
  ['.png', [0x89, 0x50, 0x4e, 0x47]],
  ['.jpg', [0xff, 0xd8, 0xff]],
];

/** Where images are looked for, and where those go that stand in rows. */
export interface ImageStoreOptions {
  /** Folder that listed paths are relative to. */
  images: string;
  /** Folder of the records file: paths in records are relative to it. */
  out: string;
  source: string;
  /** Refuse rows whose image is not there. */
  check: boolean;
}

/** Finds images of rows and keeps those that came inside a row, each once. */
export class ImageStore {
  private last: { path: string; exists: boolean } = { path: '', exists: false };

  constructor(private readonly options: ImageStoreOptions) {}

  /** Path for the record. @throws RowError when the image is not there or no image */
  async place(image: RecordDraft['image']): Promise<string> {
    const { images, out, check } = this.options;
    if ('bytes' in image) return this.keep(image);
    const found = image.find((path) => this.exists(resolve(images, path)));
    if (found === undefined && check) {
      throw new RowError(
        'missing-image',
        `${image[0]} not found; expected an image; check --images`,
      );
    }
    const path = resolve(images, found ?? (image[0] as string));
    return relative(out, path).split('\\').join('/');
  }

  /** Rows about one image stand together: its look-up is remembered. Sync: 3 us against 40. */
  private exists(path: string): boolean {
    if (this.last.path !== path) this.last = { path, exists: existsSync(path) };
    return this.last.exists;
  }

  private async keep({ bytes }: EmbeddedImage): Promise<string> {
    const { out, source } = this.options;
    const known = EXTENSIONS.find(([, magic]) => magic.every((byte, i) => bytes[i] === byte));
    if (known === undefined) {
      throw new RowError('wrong-type', 'image bytes are neither PNG nor JPEG; correct the row');
    }
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
    const path = `images/${source}/${digest}${known[0]}`;
    if (!existsSync(join(out, path))) {
      await mkdir(join(out, 'images', source), { recursive: true });
      await writeFileAtomic(join(out, path), bytes);
    }
    return path;
  }
}
