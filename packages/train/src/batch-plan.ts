import { ConfigError, type Modality } from '@omnict/core';
import { type BatchIndices, chooseSamples, epochBatches } from './batch-order';
import type { TrainStageConfig } from './config';

/** All batches of a training. */
export interface BatchPlan {
  totalSteps: number;
  /** @param step counted from 0 */
  batch(step: number): BatchIndices;
  /** Where a step lies, for messages: `epoch 2, batch 31 of 120`. */
  place(step: number): string;
}

/**
 * Plans all batches of all epochs; a fractional epoch ends early. Seed and config alone decide. The
 * samples' lengths are needed to bucket by length.
 *
 * @throws ConfigError when the sampling leaves nothing to train on
 */
export function planBatches(
  config: TrainStageConfig,
  data: { modalities: readonly Modality[]; lengths?: readonly number[] | undefined },
  seed: number,
): BatchPlan {
  const { sampling = {}, bucketByLength = false } = config;
  const chosen = chooseSamples(data.modalities, sampling, seed);
  if (chosen.length === 0) {
    throw new ConfigError(
      'train.sampling: no sample is left to train on; expected at least one; raise slices or volumes',
    );
  }
  const modalities = chosen.map((index) => data.modalities[index] as Modality);
  const lengths = chosen.map((index) => data.lengths?.[index] ?? 0);
  const batchSize = Math.min(config.batchSize, chosen.length);
  const epoch = (index: number): BatchIndices[] =>
    epochBatches(modalities, batchSize, {
      seed,
      epoch: index,
      slicesPerBatch: sampling.slicesPerBatch,
      lengths: bucketByLength ? lengths : undefined,
    });
  let current = { index: 0, batches: epoch(0) };
  const perEpoch = current.batches.length;
  return {
    totalSteps: Math.max(1, Math.round(perEpoch * config.epochs)),
    batch: (step) => {
      const index = Math.floor(step / perEpoch);
      if (index !== current.index) current = { index, batches: epoch(index) };
      const batch = current.batches[step % perEpoch] as BatchIndices;
      return batch.map((position) => chosen[position] as number);
    },
    place: (step) =>
      `epoch ${Math.floor(step / perEpoch) + 1}, batch ${(step % perEpoch) + 1} of ${perEpoch}`,
  };
}
