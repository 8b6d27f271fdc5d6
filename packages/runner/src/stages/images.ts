import type { QuestionRecord } from '@omnict/data';
import type { Modality } from '@omnict/nn';
import { createHash } from 'node:crypto';

/** A distinct image of a dataset. */
export interface DatasetImage {
  /** Short opaque name: a hash, since file names may name patients. */
  key: string;
  image: string;
  mask: string | undefined;
  modality: Modality;
}

/** Distinct images in order of first use. The same file as slice and as volume counts as two. */
export function distinctImages(records: readonly QuestionRecord[]): DatasetImage[] {
  const images = new Map<string, DatasetImage>();
  for (const record of records) {
    const key = imageKey(record);
    if (images.has(key)) continue;
    const { image, mask, modality } = record;
    images.set(key, { key, image, mask, modality });
  }
  return [...images.values()];
}

/** Key of a record's image. */
export function imageKey({ image, mask, modality }: QuestionRecord): string {
  return createHash('sha256')
    .update(`${modality}\n${image}\n${mask ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}
