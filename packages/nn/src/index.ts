export { OmnictError, type OmnictErrorOptions } from './errors/omnict-error';
export { ShapeError } from './errors/shape-error';
export { ConfigError } from './errors/config-error';
export { FormatError } from './errors/format-error';
export { MissingDataError } from './errors/missing-data-error';
export { UnsupportedError } from './errors/unsupported-error';

export type { Modality, OrganMask, Shape3D, Volume, VolumeGeometry } from './contracts/volume';
export type { Generator, Question } from './contracts/generator';
export type { Tokenizer } from './contracts/tokenizer';
export type { Metric, RunStatus, TrackedRun } from './contracts/tracker';

export { Random } from './random/random';
