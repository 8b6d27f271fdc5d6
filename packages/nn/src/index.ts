/**
 * Engine choice, layers, compiled graphs and safetensors.
 *
 * @module @omnict/nn
 */
export * from './portable';
export {
  currentEngine,
  ENGINE_NAMES,
  parseEngineName,
  selectEngine,
  type EngineAttempt,
  type EngineName,
  type EngineReport,
} from './engine/engine';
export { hasAddon } from './engine/addon';
export { provisionTensorFlow, type ProvisionOptions } from './provision/provision-tensorflow';
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
export { MICROSOFT, OnnxModel, type OnnxAttribute, type OnnxType } from './onnx/onnx-model';
export {
  describeOnnxRuntime,
  loadOnnxRuntime,
  openOnnxSession,
  type OnnxRuntime,
  type OnnxSession,
  type OnnxTensor,
} from './onnx/onnx-runtime';
export {
  BLOCK_SIZE,
  quantizeBlocks,
  type QuantizedMatrix,
  type WeightBits,
} from './onnx/quantize-blocks';
