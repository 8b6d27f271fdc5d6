export {
  composeSlices,
  replicateSlices,
  sampleSlices,
  SLICES_PER_UNIT,
  type CompositionName,
} from './compose-slices';
export { sinusoidalEncoding, triAxialEmbedding, type TriAxialOptions } from './tri-axial-embedding';
export { ENCODER_PRESETS, loadVisionEncoder, resolveEncoderFolder } from './load-vision-encoder';
export type { VisionEncoder } from './vision-encoder';
export { parseSiglipVisionConfig, type SiglipVisionConfig } from './siglip/config';
export { loadSiglipEncoder, saveSiglipEncoder, SiglipEncoder } from './siglip/encoder';
export { SiglipVisionTransformer } from './siglip/vision-transformer';
