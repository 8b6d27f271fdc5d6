export {
  currentEngine,
  ENGINE_NAMES,
  parseEngineName,
  selectEngine,
  type EngineAttempt,
  type EngineName,
  type EngineReport,
} from './engine/engine';
export {
  compile,
  supportsBfloat16,
  type CompiledFunction,
  type CompileOptions,
} from './compile/compile';
export type { NamedTensors } from './compile/record';

export type { Precision } from './compile/recorder';
export { uploadBuffer, uploadBytes } from './engine/upload';
export { addInPlace } from './fast/add-in-place';
export { writeAt, writeFirst } from './fast/write-in-place';
export { adamUpdate, type AdamScalars, type AdamState } from './fast/adam-update';

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

export { Checkpoint, checkpointFiles } from './checkpoint/checkpoint';
export { loadCheckpoint, type LoadCheckpointOptions } from './checkpoint/load-checkpoint';
export { readSafetensors, SafetensorsFile } from './checkpoint/safetensors-file';
export {
  floatBytes,
  storedFloats,
  type StoredFloats,
  type StoredFloatTensor,
  tensorOfBytes,
} from './checkpoint/stored-tensor';
export { type SafetensorsEntry } from './checkpoint/safetensors-header';
export { writeSafetensors, type FloatStorage } from './checkpoint/write-safetensors';
export {
  hubCacheFolder,
  hubModelFolder,
  hubSnapshot,
  isHubName,
  MODEL_CONFIGS,
  modelFolder,
  parseHubName,
  type HubName,
} from './checkpoint/hub-cache';
