import * as tf from '@tensorflow/tfjs-core';
import util from 'node:util';
import { instrumentBackend } from '../compile/instrumented-binding';
import type { TensorFlowBackend } from './tensorflow-backend';

/**
 * TensorFlow's C library through the native addon of `@tensorflow/tfjs-node` (or its GPU twin).
 *
 * @throws Error when the package or its addon is not installed, or its library does not load.
 */
export async function loadTensorFlow(
  packageName: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu',
): Promise<string> {
  restoreUtilPredicates();
  // TensorFlow prints banners on standard error from its C++ side; warnings and errors stay.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  await import(packageName);
  await tf.setBackend('tensorflow');
  const backend = tf.backend() as unknown as TensorFlowBackend;
  instrumentBackend(backend);
  const device = backend.isUsingGpuDevice ? 'GPU' : 'CPU';
  return `TensorFlow ${backend.binding.TF_Version ?? ''} on ${device}, ${packageName} ${tf.version_core}`;
}

/** Node 23 removed predicates that tfjs-node still calls; they are one-liners. */
function restoreUtilPredicates(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  legacy['isArray'] ??= Array.isArray;
}
