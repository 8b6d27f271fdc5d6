import * as tf from '@tensorflow/tfjs-core';
import type { OpAttribute, TensorFlowBackend } from '../engine/tensorflow-backend';
import { FLOAT32, INT32 } from '../engine/types';

/**
 * Widens 16-bit floats to float32 on TensorFlow, where no loop of JavaScript runs over them. tfjs has
 * no such type: the bytes go up as 32-bit integers and are read as pairs of halves there.
 *
 * @param bytes an even number of values; copied
 * @param dtype TensorFlow's number of the 16-bit type
 * @returns float32 of the shape
 */
export function widenHalves(
  bytes: Uint8Array<ArrayBuffer>,
  shape: readonly number[],
  dtype: number,
): tf.Tensor {
  const backend = tf.backend() as unknown as TensorFlowBackend;
  const { binding } = backend;
  const type = (name: string, value: number): OpAttribute => ({
    name,
    type: binding.TF_ATTR_TYPE,
    value,
  });
  const run = (name: string, attributes: OpAttribute[], input: number): number => {
    const [output] = binding.executeOp(name, attributes, [input], 1);
    binding.deleteTensor(input);
    return (output as { id: number }).id;
  };
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const packed = binding.createTensor([words.length], INT32, words); // [N / 2]
  const halves = run('Bitcast', [type('T', INT32), type('type', dtype)], packed); // [N / 2, 2]
  const cast = [type('SrcT', dtype), type('DstT', FLOAT32)];
  const id = run('Cast', cast, halves);
  const pairs = backend.createOutputTensor({ id, shape: [words.length, 2], dtype: FLOAT32 });
  const values = tf.reshape(pairs, [...shape]);
  pairs.dispose();
  return values;
}
