/**
 * Reads any CT into one volume type in Hounsfield units.
 *
 * @module @omnict/io
 */
export {
  type BatchFailure,
  type BatchOptions,
  type BatchProgress,
  type BatchResult,
  FAILURE_REPORT,
  PREPARED_INDEX,
  prepareFiles,
  type ResultNames,
} from './batch/prepare-files';
export { type PreparedImage, prepareImage, type PrepareSettings } from './batch/prepare-image';
export { crop, type VoxelBox } from './crop';
export { type CtRateMetadata, type CtRateRow, readCtRateMetadata } from './ct-rate';
export type { SeriesFacts } from './dicom/choose-series';
export { listSeries } from './dicom/read-dicom';
export { type DicomSeriesOptions, writeDicomSeries } from './dicom/write-dicom';
export type { ImageFormat } from './image-format';
export { imageFormat } from './image-source';
export { inspect, type ImageFacts } from './inspect';
export {
  namesOf,
  structuresAsked,
  structuresNamed,
  structuresOf,
  type NamedStructures,
} from './masks/structures-named';
export { matchMask } from './masks/match-mask';
export { sameGrid } from './same-grid';
export { imageName } from './batch/find-images';
export { type MaskOptions, readMask, readMaskLayers } from './masks/read-mask';
export {
  TOTALSEGMENTATOR_LABELS,
  TOTALSEGMENTATOR_V1_LABELS,
} from './masks/totalsegmentator-labels';
export { readNifti, type RawImage } from './nifti/read-nifti';
export { writeNifti } from './nifti/write-nifti';
export { parseNpy, readNpy, writeNpy, type NpyArray } from './npy-format';
export { readNpz } from './npz-format';
export { prepareMask, prepareVolume, type PreparedVolume } from './prepare';
export { projectTo2D, type ProjectionOptions } from './project';
export { writePngSlices } from './raster/write-raster';
export { encodePng } from './raster/encode-png';
export { measureColour } from './raster/measure-colour';
export type { ReadOptions } from './read-image';
export { ASSUMPTIONS, type Assumption } from './hounsfield';

export { CONSTANT_WARNING, readVolume, type ReadVolume } from './read-volume';
export { reorient } from './reorient';
export {
  resample,
  resampledGeometry,
  resampleNearest,
  type ResampleOptions,
  resampleTrilinear,
} from './resample';
export { segmentCoarsely } from './segment/coarse';
export {
  segment,
  type Segmentation,
  type SegmentationMethod,
  type SegmentOptions,
} from './segment/segment';
export { sampleFrames } from './sample-frames';

export { applyWindow, type HounsfieldWindow, window } from './window';
