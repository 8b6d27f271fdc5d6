import type { Modality } from '@omnict/nn';
import type { DatasetRecord } from './dataset';

/** A distinct image of a dataset. */
export interface DatasetImage {
  /** {@link DatasetRecord.imageKey} */
  key: string;
  image: string;
  mask: string | undefined;
  modality: Modality;
}

/** Distinct images in order of first use. The same file as slice and as volume counts as two. */
export function distinctImages(records: readonly DatasetRecord[]): DatasetImage[] {
  const images = new Map<string, DatasetImage>();
  for (const { imageKey: key, image, mask, modality } of records) {
    if (!images.has(key)) images.set(key, { key, image, mask, modality });
  }
  return [...images.values()];
}
