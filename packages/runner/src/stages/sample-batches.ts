import type { Modality } from '@omnict/core';
import {
  type BatchShape,
  byImage,
  chooseQuestionsPerImage,
  chooseShapes,
  collate,
  collateByImage,
  type ImageQuestions,
  type ModelBatch,
  type ModelSample,
  neededShape,
  type OmniCT,
  withImageFeatures,
} from '@omnict/model';
import {
  type BatchUpload,
  microBatches,
  planBatches,
  type SampleImages,
  type TrainStageConfig,
} from '@omnict/train';

/** Lengths are rounded up to a multiple of this before shapes are chosen among them. */
const LENGTH_MULTIPLE = 8;

/**
 * What a shape's first batch costs beyond another one: its step is recorded. Some 30 steps of the demo's
 * model (1.8 s against 0.06 s of processor time), fewer of a larger one.
 */
const RECORDING_BATCHES = 30;

/** Batches that shapes are chosen by. */
const MOST_STEPS = 5000;

/** How samples become batches. */
export interface SampleBatches {
  modalities: Modality[];
  /** Absent where samples are not grouped. */
  images: SampleImages | undefined;
  batchOf: BatchUpload;
}

/**
 * Batches of a training's samples: images with their questions, or samples as they are. Without vision
 * there is nothing that questions share. Few shapes occur, chosen for the batches that the training will
 * see: each costs a recorded graph.
 *
 * @param omnict whose model the batches are for @param seed of the training
 */
export function sampleBatches(
  omnict: Pick<OmniCT, 'model' | 'config'>,
  samples: readonly ModelSample[],
  { config, seed }: { config: TrainStageConfig; seed: number },
): SampleBatches {
  if (samples.length === 0) return { modalities: [], images: undefined, batchOf: () => ({}) };
  const { model } = omnict;
  const { vision } = omnict.config.model;
  const { groupByImage = true, batchSize, microBatchSize = Infinity } = config;
  const grouped = groupByImage && vision;
  const modalities = samples.map(({ modality }) => modality);
  const most = Math.max(1, Math.floor(Math.min(microBatchSize, batchSize) / 2)); // of two images, at least
  const questionsPerImage = chooseQuestionsPerImage(byImage(samples), {
    slice: most,
    volume: most,
  });
  const images: SampleImages | undefined = grouped
    ? { names: samples.map(({ image }, index) => image ?? String(index)), questionsPerImage }
    : undefined;
  const lengths = samples.map(({ sequence }) => sequence.ids.length);
  const plan = planBatches(config, { modalities, images, lengths }, seed);
  const questionsOf = (groups: readonly (readonly number[])[]): ImageQuestions[] =>
    groups.map((group) => group.map((index) => samples[index] as ModelSample));
  const steps = Array.from({ length: Math.min(plan.totalSteps, MOST_STEPS) }, (_, step) => step);
  const batches = steps.flatMap((step) => microBatches(plan, step, microBatchSize));
  const padding = {
    side: 'right' as const,
    lengthMultiple: LENGTH_MULTIPLE,
    visualTokens: vision ? model.visualTokens : { slice: 0, volume: 0 },
    questionsPerImage,
  };
  const collateGroups = (
    questions: readonly ImageQuestions[],
    shapes?: BatchShape[],
  ): ModelBatch =>
    grouped
      ? collateByImage(questions, { ...padding, shapes })
      : collate(questions.flat(), { ...padding, shapes });
  const shapes = chooseShapes({
    needs: batches.map((groups) =>
      neededShape(questionsOf(groups), { lengthMultiple: LENGTH_MULTIPLE, cut: grouped }),
    ),
    cost: costLike(collateGroups(questionsOf(batches[0] ?? [])), model.llm.config.numHiddenLayers),
    firstCost: RECORDING_BATCHES,
  });
  return {
    modalities,
    images,
    batchOf: async (_, groups) =>
      model.tensors(collateGroups(await withImageFeatures(questionsOf(groups)), shapes)),
  };
}

/** Work of a batch like the given one, but of another shape: tokens that each layer computes. */
function costLike({ parts }: ModelBatch, layers: number): (shape: BatchShape) => number {
  const whole = Math.max(1, layers - 1); // the last layer computes answer places only
  return (shape) =>
    parts.reduce((sum, { name, rows, prefix }) => {
      const { length = 0, answerLength = 0 } = shape[name] ?? {};
      const shared = (prefix?.count ?? 0) * (prefix?.length ?? 0) * whole;
      return sum + shared + rows * (length * whole + answerLength);
    }, 0);
}
