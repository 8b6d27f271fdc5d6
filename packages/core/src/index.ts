/**
 * Errors, contracts between packages, seeded random numbers, canonical JSON and files; no tensor engine.
 *
 * @module @omnict/core
 */
export * from './portable';
export { LIMITS_VARIABLE, RAISE_LIMITS, raisedLimit } from './bounds/raised-limit';
export { withinTime } from './bounds/within-time';
export { readConfigJson } from './files/read-config-json';
export { pathInside, type PathInsideOptions } from './files/path-inside';
export { replaceFile, writeFileAtomic, type ReplaceFileOptions } from './files/write-file-atomic';
export { writeJsonLines } from './files/json-lines';
export {
  schemaCheck,
  type SchemaCheck,
  type SchemaCheckOptions,
  type SchemaError,
} from './json/schema-check';
export { splitLines } from './files/read-lines';
export { isSecretName } from './text/secret-names';
export { fileDigestName, withoutFileNames } from './text/file-names';
