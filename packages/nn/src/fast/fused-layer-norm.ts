import type * as tf from '@tensorflow/tfjs-core';
import { FLOAT32 } from '../engine/types';
import { activeRecorder, isDifferentiated, recordedAs, runsFused } from './tensorflow';

/**
 * Layer normalization that is one operation of a recorded graph, where no gradient will be asked for:
 * oneDNN's keeps neither mean nor deviation.
 *
 * @param plain the same by tfjs operations, for everywhere else
 */
export function fusedLayerNorm(
  x: tf.Tensor,
  { weight, bias, epsilon }: { weight: tf.Tensor; bias: tf.Tensor; epsilon: number },
  plain: () => tf.Tensor,
): tf.Tensor {
  const fits = x.rank === 2 || x.rank === 3;
  if (!fits || activeRecorder() === undefined || isDifferentiated() || !runsFused()) return plain();
  return recordedAs(plain, (recorder) =>
    recorder.emit(
      '_MklLayerNorm',
      [x, weight, bias].map((tensor) => recorder.endpoint(tensor)),
      [recorder.type('T', FLOAT32), recorder.float('epsilon', epsilon)],
    ),
  );
}
