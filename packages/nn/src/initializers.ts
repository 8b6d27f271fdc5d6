import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '@omnict/core';

/**
 * Trainable float32 variable, normal with mean 0: the usual start of a transformer's weights.
 *
 * @param random undefined for weights that a checkpoint replaces; they are 0 until then
 */
export function normalVariable(
  shape: number[],
  random: Random | undefined,
  standardDeviation = 0.02,
): tf.Variable {
  const size = tf.util.sizeFromShape(shape);
  if (random === undefined) return variableOf(zeros(size), shape);
  const values = new Float32Array(size);
  for (let i = 0; i < values.length; i++) values[i] = random.normal(0, standardDeviation);
  return variableOf(values, shape);
}

/**
 * Standard deviation at which a sum of `fanIn` weighted inputs keeps their variance (LeCun et al., Efficient
 * BackProp). A fixed 0.02 suits widths of thousands only: narrow layers would pass on next to nothing.
 */
export function fanInDeviation(fanIn: number): number {
  return 1 / Math.sqrt(fanIn);
}

/** Trainable float32 variable, the same value everywhere. */
export function constantVariable(shape: number[], value: number): tf.Variable {
  return variableOf(new Float32Array(tf.util.sizeFromShape(shape)).fill(value), shape);
}

/** Zeros that all weights share until a checkpoint replaces them: tensors never change in place. */
function zeros(size: number): Float32Array {
  let shared = sharedZeros?.deref();
  if (shared === undefined || shared.length < size) {
    shared = new Float32Array(size);
    sharedZeros = new WeakRef(shared);
  }
  return shared.subarray(0, size);
}

let sharedZeros: WeakRef<Float32Array> | undefined;

function variableOf(values: Float32Array, shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape, 'float32')));
}
