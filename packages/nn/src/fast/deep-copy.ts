import type * as tf from '@tensorflow/tfjs-core';
import { runOperation } from './tensorflow';

/** The same values in memory of their own; a clone would share it. Needs the TensorFlow engine. */
export function deepCopy(tensor: tf.Tensor): tf.Tensor {
  const [copy] = runOperation({
    name: 'DeepCopy',
    inputs: [tensor],
    attributes: (type, typeOf) => [type('T', typeOf(tensor))],
    outputs: 1,
  });
  return copy as tf.Tensor;
}
