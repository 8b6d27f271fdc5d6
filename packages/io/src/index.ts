export { writeNifti } from './nifti/write-nifti';
export { writeFileAtomic } from './write-file';
