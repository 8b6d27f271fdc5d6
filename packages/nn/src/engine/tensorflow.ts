import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import util from 'node:util';
import { MissingDataError } from '@omnict/core';
import { instrumentBackend } from '../compile/instrumented-binding';
import { replaceGatherKernel } from './gather-kernel';
import type { TensorFlowBackend } from './tensorflow-backend';

/** The N-API version tfjs-node 4 is built for; newer Node versions load it as well. */
const N_API_VERSION = 8;

/**
 * TensorFlow's C library through the native addon of `@tensorflow/tfjs-node` (or its GPU twin).
 *
 * @throws Error when the package or its addon is not installed, or its library does not load.
 */
export async function loadTensorFlow(
  packageName: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu',
): Promise<string> {
  const addon = addonPath(packageName);
  if (!existsSync(addon)) {
    // Asked before the import: a failing import would leave the package's kernels registered.
    throw new MissingDataError(
      `${packageName}: its native addon is not there; expected lib/${basename(dirname(addon))}/${basename(addon)}; run 'npm run setup'${packageName.endsWith('gpu') ? ' -- --gpu' : ''}`,
    );
  }
  restoreUtilPredicates();
  // TensorFlow prints banners on standard error from its C++ side; for CUDA even as errors. What fails
  // later comes as an exception all the same.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= packageName.endsWith('gpu') ? '3' : '2';
  await import(packageName);
  await tf.setBackend('tensorflow');
  const backend = tf.backend() as unknown as TensorFlowBackend;
  instrumentBackend(backend);
  replaceGatherKernel(backend);
  const device = backend.isUsingGpuDevice ? 'GPU' : 'CPU';
  return `TensorFlow ${backend.binding.TF_Version ?? ''} on ${device}, ${packageName} ${tf.version_core}`;
}

/** Where the package looks for its addon: by the N-API version it was made for. */
function addonPath(packageName: string): string {
  const require = createRequire(import.meta.url);
  let manifest: string;
  try {
    manifest = require.resolve(`${packageName}/package.json`);
  } catch (error) {
    throw new MissingDataError(
      `${packageName}: is not installed; run 'npm install ${packageName}'`,
      {
        cause: error,
      },
    );
  }
  return join(dirname(manifest), 'lib', `napi-v${N_API_VERSION}`, 'tfjs_binding.node');
}

/** Node 23 removed predicates that tfjs-node still calls; they are one-liners. */
function restoreUtilPredicates(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  legacy['isArray'] ??= Array.isArray;
}
