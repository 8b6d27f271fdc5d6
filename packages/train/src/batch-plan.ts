import { ConfigError, type Modality } from '@omnict/core';
import { type BatchIndices, chooseSamples, epochBatches } from './batch-order';
import type { TrainStageConfig } from './config';
import { groupByImage, type ImageGroup, imagesPerBatch, type SampleImages } from './image-groups';

/** All batches of a training. */
export interface BatchPlan {
  totalSteps: number;
  /**
   * Samples of a batch, those about one image together; each alone where samples are not grouped.
   *
   * @param step counted from 0
   */
  batch(step: number): readonly BatchIndices[];
  /** Places that a group takes in a batch: its questions, or as many as its kind may have. */
  placesOf(group: BatchIndices): number;
  /** Where a step lies, for messages: `epoch 2, batch 31 of 120`. */
  place(step: number): string;
}

/** What batches are planned from. */
export interface PlannedData {
  /** Modality of each sample. */
  modalities: readonly Modality[];
  /** Length of each sample's sequence, for `bucketByLength`. */
  lengths?: readonly number[] | undefined;
  /** Images of the samples, for `groupByImage`. */
  images?: SampleImages | undefined;
}

/**
 * Plans all batches of all epochs; a fractional epoch ends early. Seed and config alone decide. The
 * samples' lengths are needed to bucket by length, their images to group by image.
 *
 * @throws ConfigError when the sampling leaves nothing to train on
 */
export function planBatches(config: TrainStageConfig, data: PlannedData, seed: number): BatchPlan {
  const { sampling = {}, bucketByLength = false } = config;
  const { modalities } = data;
  const chosen = chooseSamples(modalities, sampling, seed);
  if (chosen.length === 0) {
    throw new ConfigError(
      'train.sampling: no sample is left to train on; expected at least one; raise slices or volumes',
    );
  }
  const images = config.groupByImage === false ? undefined : data.images;
  const batchSize = Math.min(config.batchSize, chosen.length);
  const lengthOf = ({ indices }: ImageGroup): number =>
    Math.max(...indices.map((index) => data.lengths?.[index] ?? 0));
  const epoch = (index: number): (readonly BatchIndices[])[] => {
    const groups: readonly ImageGroup[] =
      images === undefined
        ? chosen.map((sample) => ({ modality: modalities[sample] as Modality, indices: [sample] }))
        : groupByImage(chosen, { modalities, images }, { seed, epoch: index });
    const { slicesPerBatch } = sampling;
    const batches = epochBatches(
      groups.map(({ modality }) => modality),
      batchSize,
      {
        seed,
        epoch: index,
        slicesPerBatch,
        lengths: bucketByLength ? groups.map(lengthOf) : undefined,
        perBatch: images && imagesPerBatch(groups, batchSize, slicesPerBatch),
      },
    );
    return batches.map((batch) => batch.map((group) => (groups[group] as ImageGroup).indices));
  };
  let current = { index: 0, batches: epoch(0) };
  const perEpoch = current.batches.length;
  return {
    totalSteps: Math.max(1, Math.round(perEpoch * config.epochs)),
    batch: (step) => {
      const index = Math.floor(step / perEpoch);
      if (index !== current.index) current = { index, batches: epoch(index) };
      return current.batches[step % perEpoch] as readonly BatchIndices[];
    },
    placesOf: (group) =>
      images?.questionsPerImage[modalities[group[0] as number] as Modality] ?? group.length,
    place: (step) =>
      `epoch ${Math.floor(step / perEpoch) + 1}, batch ${(step % perEpoch) + 1} of ${perEpoch}`,
  };
}
