import * as tf from '@tensorflow/tfjs-core';
import type { OpAttribute, TensorFlowBackend } from './tensorflow-backend';

/** The backend's way to run one operation. */
interface KernelRunner {
  executeSingleOutput(
    name: string,
    attributes: OpAttribute[],
    inputs: tf.TensorInfo[],
  ): tf.TensorInfo;
}

/**
 * Replaces tfjs-node's gather. Theirs copies the indices to JavaScript to check their range, which
 * stalls the device and cannot be part of a recorded graph; TensorFlow checks the range itself.
 */
export function replaceGatherKernel({ binding }: TensorFlowBackend): void {
  tf.unregisterKernel('GatherV2', 'tensorflow');
  tf.registerKernel({
    kernelName: 'GatherV2',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const axisTensor = tf.scalar(axis, 'int32');
      const type = (name: string, dtype: tf.DataType): OpAttribute => ({
        name,
        type: binding.TF_ATTR_TYPE,
        value: tensorFlowType(dtype),
      });
      const attributes = [
        { name: 'batch_dims', type: binding.TF_ATTR_INT, value: batchDims },
        type('Tparams', x.dtype),
        type('Tindices', indices.dtype),
        type('Taxis', 'int32'),
      ];
      const runner = backend as unknown as KernelRunner;
      const result = runner.executeSingleOutput('GatherV2', attributes, [x, indices, axisTensor]);
      axisTensor.dispose();
      return result;
    },
  });
}

/** TensorFlow's DataType numbers. */
function tensorFlowType(dtype: tf.DataType): number {
  return { float32: 1, int32: 3, bool: 10, complex64: 8, string: 7 }[dtype];
}
