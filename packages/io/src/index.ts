export { listSeries } from './dicom/read-dicom';
export type { SeriesFacts } from './dicom/choose-series';
export { type DicomSeriesOptions, writeDicomSeries } from './dicom/write-dicom';
export { type ImageFormat, imageFormat } from './image-format';
export { inspect, type ImageFacts } from './inspect';
export { matchMask } from './match-mask';
export { readNifti, type RawImage } from './nifti/read-nifti';
export { writeNifti } from './nifti/write-nifti';
export { parseNpy, readNpy, writeNpy, type NpyArray } from './npy-format';
export { readNpz } from './npz-format';
export {
  applyWindow,
  prepareMask,
  prepareVolume,
  type HounsfieldWindow,
  type PreparedVolume,
} from './prepare';
export { writePngSlices } from './raster/write-raster';
export { encodePng } from './raster/encode-png';
export { measureColour } from './raster/measure-colour';
export type { ReadOptions } from './read-image';
export { readMask } from './read-mask';
export { readVolume, type ReadVolume } from './read-volume';
export { reorient } from './reorient';
export { resampledGeometry, resampleNearest, resampleTrilinear } from './resample';
export { TOTALSEGMENTATOR_LABELS } from './totalsegmentator-labels';
export { writeFileAtomic } from './write-file';
