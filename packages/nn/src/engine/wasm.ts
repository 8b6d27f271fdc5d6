import * as tf from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { registerGradients } from './gradients';

/** WebAssembly with XNNPACK, one thread under Node: the fallback when TensorFlow is not there. */
export async function loadWasm(): Promise<string> {
  await registerGradients();
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(dirname(main) + sep);
  await tf.setBackend('wasm');
  return `WebAssembly, tfjs-backend-wasm ${wasm.version_wasm}`;
}
