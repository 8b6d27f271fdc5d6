/**
 * Volumetric slice composition, vision encoders and tri-axial positional embedding.
 *
 * @module @omnict/encoding
 */
export {
  composeSlices,
  COMPOSITIONS,
  replicateSlices,
  sampleSlices,
  SLICES_PER_UNIT,
  type CompositionName,
} from './compose-slices';
export { sinusoidalEncoding, triAxialEmbedding, type TriAxialOptions } from './tri-axial-embedding';
export {
  ENCODER_PRESETS,
  type EncoderArchitecture,
  encoderArchitecture,
  loadEncoderShape,
  encoderShape,
  loadVisionEncoder,
  registerEncoderArchitecture,
  resolveEncoderFolder,
} from './load-vision-encoder';
export type {
  EncoderOptions,
  EncoderShape,
  HiddenStates,
  UnitEncoder,
  VisionEncoder,
  VolumeEncoder,
} from './vision-encoder';
export { parseSiglipVisionConfig, type SiglipVisionConfig } from './siglip/config';
export {
  loadSiglipEncoder,
  loadSiglipTransformer,
  saveSiglipEncoder,
  SiglipEncoder,
} from './siglip/encoder';
export { SiglipVisionTransformer } from './siglip/vision-transformer';
export { featureGrid, type FeatureGrid } from './feature-grid';
export { loadDinov3Transformer } from './dinov3/encoder';
export { loadM3dClipTransformer } from './m3d-clip/encoder';
export {
  loadVideoMaeTransformer,
  loadVideoMaeV2Transformer,
  type VideoTransformer,
} from './videomae/encoder';
export { ClipVisionTower, loadClipVisionTower, type ClipVisionConfig } from './clip/vision-tower';
export { normalizePixels, type PixelStatistics } from './normalize-pixels';
export { loadWanVaeNetwork } from './wan-vae/encoder';
export { FeatureStore } from './features/feature-store';
export { FeatureWriter, type FeatureWriterOptions } from './features/feature-writer';
