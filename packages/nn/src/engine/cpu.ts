import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from './gradients';

/** Plain JavaScript: always there, slow; for tiny models and debugging. */
export async function loadCpu(): Promise<string> {
  await registerGradients();
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  // tfjs advertises its Node engine with the first tensor; `omnict doctor` says it, with reasons.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  return `plain JavaScript, tfjs-backend-cpu ${version}`;
}
