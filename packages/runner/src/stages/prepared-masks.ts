import { readNpy } from '@omnict/io';
import type { OrganRegion } from '@omnict/model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PREPARED_MASKS } from './prepare';

/** Bytes of masks kept in memory: the last ones read, since questions about an image come together. */
const KEPT_BYTES = 2 ** 26;

/** Prepared label map of an image. */
export type PreparedMask = OrganRegion['mask'];

/** Masks that the prepare stage wrote; each is read when it is asked for. */
export class PreparedMasks {
  private readonly kept = new Map<string, PreparedMask>();
  private keptBytes = 0;

  /** @param outputs of the prepare stage */
  constructor(private readonly outputs: string) {}

  /** Mask of an image, undefined when it has none. @throws FormatError */
  async read(key: string): Promise<PreparedMask | undefined> {
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const path = join(this.outputs, PREPARED_MASKS, `${key}.npy`);
    if (!existsSync(path)) return undefined;
    const { data, shape } = await readNpy(path);
    const mask = { data: data as Uint8Array, shape: shape as [number, number, number] };
    this.keep(key, mask);
    return mask;
  }

  private keep(key: string, mask: PreparedMask): void {
    for (const [oldest, { data }] of this.kept) {
      if (this.keptBytes + mask.data.length <= KEPT_BYTES) break;
      this.kept.delete(oldest);
      this.keptBytes -= data.length;
    }
    this.kept.set(key, mask);
    this.keptBytes += mask.data.length;
  }
}
