export * from './portable';
export { pathInside, type PathInsideOptions } from './files/path-inside';
export { replaceFile, writeFileAtomic, type ReplaceFileOptions } from './files/write-file-atomic';
export { writeJsonLines } from './files/json-lines';
export { fileDigestName, withoutFileNames } from './text/file-names';
