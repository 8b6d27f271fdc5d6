// What runs in a browser as well, on the engine that the page chose.
export { Module } from './module';
export { constantVariable, fanInDeviation, normalVariable } from './initializers';
export { Linear, type LinearOptions } from './layers/linear';
export { Lora, type LoraOptions } from './layers/lora';
export { Embedding } from './layers/embedding';
export { LayerNorm } from './layers/layer-norm';
export { RmsNorm } from './layers/rms-norm';

export {
  ACTIVATIONS,
  type ActivationName,
  gelu,
  geluTanh,
  isActivationName,
  quickGelu,
  silu,
} from './ops/activations';
export {
  type AttentionOptions,
  MASKED_SCORE,
  mergeHeads,
  scaledDotProductAttention,
  splitHeads,
} from './ops/attention';
export { gatherRows } from './ops/gather-rows';
export { layerNorm } from './ops/layer-norm';
export { recompute } from './ops/recompute';
export { rmsNorm } from './ops/rms-norm';
export { sharedPrefixAttention, type SharedPrefixOptions } from './ops/shared-prefix-attention';
export {
  applyRotary,
  rotaryFrequencies,
  rotaryTable,
  type RotaryScheme,
  type RotaryTable,
} from './ops/rotary';
export { softmaxCrossEntropy } from './ops/softmax-cross-entropy';
