import type { Modality, StoredValues } from '@omnict/core';
import type { ShardPart } from '@omnict/pipeline';
import { placedDatasetRecords } from './dataset';

/** A distinct image of a dataset. */
export interface DatasetImage {
  /** {@link DatasetRecord.imageKey} */
  key: string;
  image: string;
  mask: string | undefined;
  modality: Modality;
  /** What the file's values are, where the record says it. */
  values: StoredValues | undefined;
}

/**
 * Distinct images of a dataset stage's outputs, in order of first use. The same file as slice and as
 * volume counts as two.
 */
export async function distinctImages(outputs: string): Promise<DatasetImage[]> {
  const images = new Map<string, DatasetImage>();
  for await (const { record } of placedDatasetRecords(outputs)) {
    const { imageKey: key, image, mask, modality, values } = record;
    if (!images.has(key)) images.set(key, { key, image, mask, modality, values });
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
