import type { Modality } from '@omnict/core';
import type { ShardPart } from '@omnict/pipeline';
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

/** A shard's part of the images: neighbours go to different shards, so that large ones spread. */
export function imagesOfShard(
  images: readonly DatasetImage[],
  { index, count }: ShardPart,
): DatasetImage[] {
  return images.filter((_, position) => position % count === index);
}
