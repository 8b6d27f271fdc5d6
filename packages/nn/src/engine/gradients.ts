/**
 * Makes tfjs's gradients known. tfjs-core keeps them apart from its operations, and in Node only the
 * union package registers them; tfjs-node imports it by itself.
 */
export async function registerGradients(): Promise<void> {
  await import('@tensorflow/tfjs');
}
