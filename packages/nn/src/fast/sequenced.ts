import * as tf from '@tensorflow/tfjs-core';
import { activeRecorder, recordedAs } from './tensorflow';

/**
 * The same tensor, but in a recorded graph not before another one is there. TensorFlow runs whatever
 * can run: work that is to follow other work, so that both need not be in memory at once, must say so.
 */
export function sequenced<T extends tf.Tensor>(tensor: T, previous: tf.Tensor | undefined): T {
  if (previous === undefined || activeRecorder() === undefined) return tensor;
  return recordedAs(
    () => tf.add(tensor, 0) as T, // a tensor of its own: a clone would share its data
    (recorder) => recorder.sequenced(tensor, previous),
  );
}
