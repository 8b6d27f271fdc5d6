import type { Modality } from '@omnict/nn';
import { Random } from '@omnict/nn';

/** Indices of the samples of one batch. */
export type BatchIndices = readonly number[];

/**
 * Order of the batches of one epoch: every batch holds slices and volumes in the ratio of the
 * dataset, so that all batches have one shape and both experts learn in every step.
 *
 * A last batch that is not full is filled up with samples from the start of the epoch's order.
 *
 * @param modalities of the samples @param batchSize samples per optimizer step
 * Seed and epoch decide the order: a resumed run continues the same one.
 */
export function epochBatches(
  modalities: readonly Modality[],
  batchSize: number,
  { seed, epoch }: { seed: number; epoch: number },
): BatchIndices[] {
  const random = new Random(`batch-order/${seed}/${epoch}`);
  const order = (modality: Modality): number[] =>
    random.shuffle(modalities.flatMap((value, index) => (value === modality ? [index] : [])));
  const slices = order('slice');
  const volumes = order('volume');
  const sliceShare = sharePerBatch(slices.length, volumes.length, batchSize);
  const volumeShare = batchSize - sliceShare;
  const count = Math.max(
    sliceShare === 0 ? 0 : Math.ceil(slices.length / sliceShare),
    volumeShare === 0 ? 0 : Math.ceil(volumes.length / volumeShare),
  );
  const take = (indices: readonly number[], share: number, batch: number): number[] =>
    Array.from(
      { length: share },
      (_, i) => indices[(batch * share + i) % indices.length] as number,
    );
  return Array.from({ length: count }, (_, batch) => [
    ...take(slices, sliceShare, batch),
    ...take(volumes, volumeShare, batch),
  ]);
}

/** Slices per batch: their share of the data, at least one of each kind there is. */
function sharePerBatch(slices: number, volumes: number, batchSize: number): number {
  if (slices === 0) return 0;
  if (volumes === 0) return batchSize;
  const share = Math.round((batchSize * slices) / (slices + volumes));
  return Math.max(1, Math.min(batchSize - 1, share));
}
