import type { Modality } from '@omnict/core';
import {
  type BatchShape,
  chooseQuestionsPerImage,
  chooseShapes,
  collate,
  collateByImage,
  countQuestions,
  type ImageQuestions,
  type ModelBatch,
  neededShape,
  type OmniCT,
  withImageFeatures,
} from '@omnict/model';
import {
  type BatchIndices,
  type BatchUpload,
  microBatches,
  planBatches,
  type PlannedData,
  type SampleImages,
  type TrainStageConfig,
} from '@omnict/train';
import type { Samples } from './samples';

/** Lengths are rounded up to a multiple of this before shapes are chosen among them. */
const LENGTH_MULTIPLE = 8;

/**
 * What a shape's first batch costs beyond another one: its step is recorded. Some 30 steps of the demo's
 * model (1.8 s against 0.06 s of processor time), fewer of a larger one.
 */
const RECORDING_BATCHES = 30;

/** Batches that shapes are chosen by. */
const MOST_STEPS = 5000;

/** What batches need to know of samples, and the samples when their batch comes. */
export type SampleTable = Pick<
  Samples,
  'length' | 'size' | 'sizes' | 'imageOf' | 'modalities' | 'imageNames' | 'sequenceLengths' | 'at'
>;

/** How samples become batches. */
export interface SampleBatches {
  modalities: Modality[];
  lengths: number[];
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
export async function sampleBatches(
  omnict: Pick<OmniCT, 'model' | 'config'>,
  samples: SampleTable,
  { config, seed }: { config: TrainStageConfig; seed: number },
): Promise<SampleBatches> {
  if (samples.length === 0) {
    return { modalities: [], images: undefined, lengths: [], batchOf: () => ({}) };
  }
  const { model } = omnict;
  const { vision } = omnict.config.model;
  const { groupByImage = true, batchSize, microBatchSize = Infinity } = config;
  const grouped = groupByImage && vision;
  const most = Math.max(1, Math.floor(Math.min(microBatchSize, batchSize) / 2)); // of two images, at least
  const questionsPerImage = chooseQuestionsPerImage(
    countQuestions(samples.sizes(), (_, index) => samples.imageOf(index)),
    { slice: most, volume: most },
  );
  const data = {
    modalities: samples.modalities(),
    images: grouped ? { names: samples.imageNames(), questionsPerImage } : undefined,
    lengths: samples.sequenceLengths(),
  };
  const padding = {
    side: 'right' as const,
    lengthMultiple: LENGTH_MULTIPLE,
    visualTokens: vision ? model.visualTokens : { slice: 0, volume: 0 },
    questionsPerImage,
  };
  const collateGroups = (
    questions: readonly ImageQuestions[],
    shapes?: readonly BatchShape[],
  ): ModelBatch =>
    grouped
      ? collateByImage(questions, { ...padding, shapes })
      : collate(questions.flat(), { ...padding, shapes });
  const questionsOf = (groups: readonly BatchIndices[]): Promise<ImageQuestions[]> =>
    Promise.all(groups.map((group) => Promise.all(group.map((index) => samples.at(index)))));
  const demand = shapeDemand(samples, data, { config, seed, grouped });
  const shapes = chooseShapes({
    needs: demand.needs,
    cost: costLike(
      collateGroups(await questionsOf(demand.firstBatch)),
      model.llm.config.numHiddenLayers,
    ),
    firstCost: RECORDING_BATCHES,
  });
  return {
    ...data,
    batchOf: async (_, groups) =>
      model.tensors(collateGroups(await withImageFeatures(await questionsOf(groups)), shapes)),
  };
}

/** Shapes that the first batches need, and what the very first one holds. */
function shapeDemand(
  samples: SampleTable,
  data: PlannedData,
  { config, seed, grouped }: { config: TrainStageConfig; seed: number; grouped: boolean },
): { needs: BatchShape[]; firstBatch: readonly BatchIndices[] } {
  const { microBatchSize = Infinity } = config;
  const plan = planBatches(config, data, seed);
  const needs: BatchShape[] = [];
  for (let step = 0; step < Math.min(plan.totalSteps, MOST_STEPS); step++) {
    for (const groups of microBatches(plan, step, microBatchSize)) {
      const sizes = groups.flat().map((index) => samples.size(index));
      needs.push(neededShape(sizes, { lengthMultiple: LENGTH_MULTIPLE, cut: grouped }));
    }
  }
  return { needs, firstBatch: microBatches(plan, 0, microBatchSize)[0] ?? [] };
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
