import {
  byImage,
  chooseQuestionsPerImage,
  collate,
  collateByImage,
  type ModelSample,
  type OmniCT,
  withFeatures,
  withImageFeatures,
} from '@omnict/model';
import type { Modality } from '@omnict/core';
import type { BatchUpload, SampleImages, TrainStageConfig } from '@omnict/train';

/** Sequences with an image are padded to a multiple of this: few graphs, little padding. */
const LENGTH_MULTIPLE = 32;

/** Text alone is short: a coarser multiple would mostly be padding. */
const TEXT_MULTIPLE = 8;

/** How samples become batches. */
export interface SampleBatches {
  modalities: Modality[];
  /** Absent where samples are not grouped. */
  images: SampleImages | undefined;
  batchOf: BatchUpload;
}

/**
 * Batches of a training's samples: images with their questions, or samples as they are. Without vision
 * there is nothing that questions share.
 *
 * @param omnict whose model the batches are for
 */
export function sampleBatches(
  omnict: Pick<OmniCT, 'model' | 'config'>,
  samples: readonly ModelSample[],
  { groupByImage = true, batchSize, microBatchSize = batchSize }: TrainStageConfig,
): SampleBatches {
  const { model, config } = omnict;
  const { vision } = config.model;
  const modalities = samples.map(({ modality }) => modality);
  const chosen = (indices: readonly number[]): ModelSample[] =>
    indices.map((index) => samples[index] as ModelSample);
  const visualTokens = vision ? model.visualTokens : { slice: 0, volume: 0 };
  const padding = { side: 'right', visualTokens } as const;
  if (!groupByImage || !vision) {
    const options = { ...padding, lengthMultiple: vision ? LENGTH_MULTIPLE : TEXT_MULTIPLE };
    const batchOf: BatchUpload = async (indices) =>
      model.tensors(collate(await withFeatures(chosen(indices)), options));
    return { modalities, images: undefined, batchOf };
  }
  const most = Math.max(1, Math.floor(microBatchSize / 2)); // two images in a batch, at least
  const questionsPerImage = chooseQuestionsPerImage(byImage(samples), {
    slice: most,
    volume: most,
  });
  const options = { ...padding, lengthMultiple: TEXT_MULTIPLE, questionsPerImage };
  return {
    modalities,
    images: { names: samples.map(({ image }, index) => image ?? String(index)), questionsPerImage },
    batchOf: async (_, groups) =>
      model.tensors(collateByImage(await withImageFeatures(groups.map(chosen)), options)),
  };
}
