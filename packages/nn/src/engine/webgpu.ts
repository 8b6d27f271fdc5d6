import * as tf from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { UnsupportedError } from '@omnict/core';
import { registerGradients } from './gradients';

/** The part of the `webgpu` package (Dawn, the WebGPU of Chromium) that we use. */
interface Dawn {
  create: (flags: string[]) => { requestAdapter: () => Promise<Adapter | null> };
  globals: Readonly<Record<string, unknown>>;
}

/** A graphics card, or software in place of one. */
interface Adapter {
  info: { vendor: string; description: string };
}

/**
 * WebGPU through Dawn: any card with a Vulkan, Metal or Direct3D 12 driver, without CUDA. Tensors must
 * be read with `data()`: there is no `dataSync()` here.
 *
 * @throws UnsupportedError when no adapter is found
 */
export async function loadWebGpu(): Promise<string> {
  const { create, globals } = (await import('webgpu')) as unknown as Dawn;
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    throw new UnsupportedError(
      'webgpu: no graphics adapter was found; expected a Vulkan, Metal or Direct3D 12 driver; install one, or name a software driver with VK_DRIVER_FILES',
    );
  }
  Object.assign(globalThis, globals);
  // tfjs looks for a browser's navigator when its backend is imported.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  await registerGradients();
  const name = '@tensorflow/tfjs-backend-webgpu';
  await import(name);
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
  if (!(await tf.setBackend('webgpu'))) {
    throw new UnsupportedError('webgpu: tfjs could not start its backend on this adapter');
  }
  const { vendor, description } = adapter.info;
  return `WebGPU on ${description || vendor}, tfjs-backend-webgpu ${version}`;
}
