import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import util from 'node:util';
import { MissingDataError } from '@omnict/core';
import { type AddonPackage, addonFile, findPackage } from './addon';
import { instrumentBackend } from '../compile/instrumented-binding';
import { replaceGatherKernel } from './gather-kernel';
import { gpuEnvironment, usesTf32 } from './gpu-environment';
import type { TensorFlowBackend } from './tensorflow-backend';

/**
 * TensorFlow's C library through the native addon of `@tensorflow/tfjs-node` (or its GPU twin).
 *
 * @throws Error when the package or its addon is not installed, or its library does not load.
 */
export async function loadTensorFlow(packageName: AddonPackage): Promise<string> {
  const folder = findPackage(packageName);
  if (folder === undefined || !existsSync(addonFile(folder))) {
    // Asked before the import: a failing import would leave the package's kernels registered.
    const missing = folder === undefined ? 'is not installed' : 'its native addon is not compiled';
    const remedy = `npx omnict setup${packageName.endsWith('gpu') ? ' --gpu' : ''}`;
    throw new MissingDataError(`${packageName}: ${missing}; run '${remedy}'`);
  }
  restoreUtilPredicates();
  // TensorFlow prints banners on standard error from its C++ side; for CUDA even as errors. What fails
  // later comes as an exception all the same.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= packageName.endsWith('gpu') ? '3' : '2';
  if (packageName.endsWith('gpu')) Object.assign(process.env, gpuEnvironment(process.env));
  await import(packageName);
  await tf.setBackend('tensorflow');
  const backend = tf.backend() as unknown as TensorFlowBackend;
  instrumentBackend(backend);
  replaceGatherKernel(backend);
  const onGpu = usesTf32(process.env) ? 'GPU (float32 matrices in TF32)' : 'GPU';
  const device = backend.isUsingGpuDevice ? onGpu : 'CPU';
  return `TensorFlow ${backend.binding.TF_Version ?? ''} on ${device}, ${packageName} ${tf.version_core}`;
}

/** Node 23 removed predicates that tfjs-node still calls; they are one-liners. */
function restoreUtilPredicates(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  legacy['isArray'] ??= Array.isArray;
}
