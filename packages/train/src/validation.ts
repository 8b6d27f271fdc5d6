import type { NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchIndices } from './batch-order';
import type { TrainingProgress } from './checkpoint';
import type { TrainingStep } from './training-step';

/** Questions set aside. */
export interface ValidationData {
  size: number;
  /** Uploads some of them. The trainer owns the tensors. */
  batchOf: (indices: BatchIndices) => NamedTensors | Promise<NamedTensors>;
}

/**
 * Mean loss of the questions set aside, by the parameters that would be saved now: their average when
 * one is kept.
 *
 * @returns nats per target
 */
export async function validationLoss(
  step: TrainingStep,
  { size, batchOf }: ValidationData,
  { batchSize, parameters }: { batchSize: number; parameters: ReadonlyMap<string, tf.Variable> },
): Promise<number> {
  const restore = exchange(parameters, step.averages);
  let [sum, count] = [0, 0];
  try {
    for (let begin = 0; begin < size; begin += batchSize) {
      const length = Math.min(batchSize, size - begin);
      const inputs = await batchOf(Array.from({ length }, (_, i) => begin + i));
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
