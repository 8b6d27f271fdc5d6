export { readNifti, type RawImage } from './nifti/read-nifti';
export { writeNifti } from './nifti/write-nifti';
export {
  applyWindow,
  prepareMask,
  prepareVolume,
  type HounsfieldWindow,
  type PreparedVolume,
} from './prepare';
export { resampledGeometry, resampleNearest, resampleTrilinear } from './resample';
export { writeFileAtomic } from './write-file';
export { parseNpy, readNpy, writeNpy, type NpyArray } from './npy-format';
