/**
 * @file The doors to TensorFlow's own operations, for those of our functions that have a faster form
 * there. Every fast form stands behind a plain one of tfjs operations and is tested to equal it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { instrumentationOf } from '../compile/instrumented-binding';
import type { Endpoint } from '../compile/graph-def';
import type { Recorder } from '../compile/recorder';
import type { OpAttribute, TensorFlowBackend } from '../engine/tensorflow-backend';
import { UnsupportedError } from '@omnict/core';

/** Operations we run by name. TensorFlow ends the process when given more inputs than these. */
const INPUT_COUNTS = {
  SparseSoftmaxCrossEntropyWithLogits: 2,
  Roll: 3,
  DeepCopy: 1,
} as const;

/** An operation of TensorFlow with all that it needs. */
export interface Operation {
  name: keyof typeof INPUT_COUNTS;
  inputs: readonly tf.Tensor[];
  attributes: (
    type: (name: string, dtype: number) => OpAttribute,
    typeOf: (tensor: tf.Tensor) => number,
  ) => OpAttribute[];
  outputs: number;
}

/** Whether TensorFlow computes: its operations can be run by name. */
export function onTensorFlow(): boolean {
  return instrumentationOf(tf.backend()) !== undefined;
}

/** Runs an operation, eagerly or as part of a recording. @throws UnsupportedError for a wrong number of inputs */
export function runOperation({ name, inputs, attributes, outputs }: Operation): tf.Tensor[] {
  const expected = INPUT_COUNTS[name];
  if (expected !== inputs.length) {
    throw new UnsupportedError(
      `runOperation: ${name} got ${inputs.length} inputs; expected ${expected}`,
    );
  }
  const backend = tf.backend() as unknown as TensorFlowBackend;
  const { binding } = backend;
  const written = attributes(
    (attribute, value) => ({ name: attribute, type: binding.TF_ATTR_TYPE, value }),
    (tensor) => backend.tensorMap.get(tensor.dataId).dtype,
  );
  return binding
    .executeOp(name, written, backend.getInputTensorIds(inputs), outputs)
    .map((metadata) => backend.createOutputTensor(metadata));
}

/** Copies a tensor's values to TensorFlow, which else happens when they are first used. */
export function uploadNow(tensor: tf.Tensor): void {
  (tf.backend() as unknown as TensorFlowBackend).getInputTensorIds([tensor]);
}

/** TensorFlow's version since which oneDNN's layer norm is part of it. */
const FUSED_SINCE = [2, 12] as const;

/** Whether graphs may use operations of oneDNN: TensorFlow on an x86 processor, not the one of 2022. */
export function runsFused(): boolean {
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as TensorFlowBackend;
  const [major = 0, minor = 0] = (binding.TF_Version ?? '').split('.').map(Number);
  const isNew = major > FUSED_SINCE[0] || (major === FUSED_SINCE[0] && minor >= FUSED_SINCE[1]);
  return isNew && !isUsingGpuDevice && process.arch === 'x64';
}

/** The recorder that listens now. */
export function activeRecorder(): Recorder | undefined {
  return instrumentationOf(tf.backend())?.recorder ?? undefined;
}

/** Whether gradients of what runs now will be asked for: then nothing in between may be left out. */
export function isDifferentiated(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/**
 * Runs a function of tfjs operations; a recording gets other nodes in place of them.
 *
 * @param plain what is computed @param emit adds the nodes and returns where the value comes from
 */
export function recordedAs<T extends tf.Tensor>(
  plain: () => T,
  emit: (recorder: Recorder) => Endpoint,
): T {
  const recorder = activeRecorder();
  if (recorder === undefined) return plain();
  const endpoint = emit(recorder);
  const value = recorder.unrecorded(plain);
  recorder.define(value, endpoint);
  return value;
}
