import { type Modality, splitEvenly } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchIndices } from './batch-order';
import type { TrainingProgress } from './checkpoint';
import type { BatchUpload } from './feeder';
import { groupByImage, type SampleImages } from './image-groups';
import type { TrainingStep } from './training-step';

/** Questions set aside. */
export interface ValidationData {
  size: number;
  /** Uploads some of them. */
  batchOf: BatchUpload;
  /** Which are about one image, and each one's modality: they then stay together. */
  grouping?: { modalities: readonly Modality[]; images: SampleImages } | undefined;
}

/**
 * Mean loss of the questions set aside, by the parameters that would be saved now: their average when
 * one is kept.
 *
 * @returns nats per target
 */
export async function validationLoss(
  step: TrainingStep,
  data: ValidationData,
  { batchSize, parameters }: { batchSize: number; parameters: ReadonlyMap<string, tf.Variable> },
): Promise<number> {
  const restore = exchange(parameters, step.averages);
  let [sum, count] = [0, 0];
  try {
    for (const groups of validationBatches(data, batchSize)) {
      const inputs = await data.batchOf(groups.flat(), groups);
      const part = await step.lossOf(inputs);
      tf.dispose(inputs);
      sum += part.sum;
      count += part.count;
    }
  } finally {
    restore();
  }
  return sum / count;
}

/** Batches of at most so many questions, but at least one image, of one kind where they are grouped. */
function validationBatches(
  { size, grouping }: ValidationData,
  batchSize: number,
): (readonly BatchIndices[])[] {
  const all = Array.from({ length: size }, (_, index) => index);
  if (grouping === undefined)
    return splitEvenly(
      all.map((index) => [index]),
      batchSize,
    );
  const groups = groupByImage(all, grouping, { seed: 0, epoch: 0 });
  return (['slice', 'volume'] as const).flatMap((kind) => {
    const own = groups.filter(({ modality }) => modality === kind).map(({ indices }) => indices);
    const places = grouping.images.questionsPerImage[kind];
    return splitEvenly(own, Math.max(1, Math.floor(batchSize / places)));
  });
}

/** Progress after a validation. @returns also whether this loss is the lowest so far */
export function judge(
  progress: TrainingProgress,
  loss: number,
): { progress: TrainingProgress; isBest: boolean } {
  const isBest = loss < (progress.bestLoss ?? Infinity);
  return {
    isBest,
    progress: isBest
      ? { ...progress, bestLoss: loss, sinceBest: 0 }
      : { ...progress, sinceBest: (progress.sinceBest ?? 0) + 1 },
  };
}

/** Copies values into variables of the same names. */
export function copyInto(
  targets: ReadonlyMap<string, tf.Variable>,
  values: ReadonlyMap<string, tf.Variable>,
): void {
  tf.tidy(() => {
    for (const [name, value] of values) targets.get(name)?.assign(tf.clone(value));
  });
}

/** Puts other values in; calling the result puts the own ones back. */
function exchange(
  parameters: ReadonlyMap<string, tf.Variable>,
  values: ReadonlyMap<string, tf.Variable>,
): () => void {
  if (values.size === 0) return () => undefined;
  const own = [...parameters.values()].map((variable) => ({ variable, value: tf.clone(variable) }));
  copyInto(parameters, values);
  return () => {
    for (const { variable, value } of own) {
      variable.assign(value);
      value.dispose();
    }
  };
}
