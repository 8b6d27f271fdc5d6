// What runs in a browser as well: no file, no process.
export { OmnictError, type OmnictErrorOptions } from './errors/omnict-error';
export { ShapeError } from './errors/shape-error';
export { ConfigError } from './errors/config-error';
export { FormatError } from './errors/format-error';
export { MissingDataError } from './errors/missing-data-error';
export { UnsupportedError } from './errors/unsupported-error';

export type { Modality, OrganMask, Shape3D, Volume, VolumeGeometry } from './contracts/volume';
export { CT_RATE_LABELS, type CtRateLabel } from './contracts/ct-rate-labels';
export type {
  DialogueTurn,
  Generator,
  GeneratorFailure,
  GeneratorReply,
  Question,
} from './contracts/generator';
export type { Tokenizer } from './contracts/tokenizer';
export type { DatasetInput, Metric, ModelOutput, RunStatus, TrackedRun } from './contracts/tracker';
export { ORGAN_CLASSES, ORGAN_CLASS_LABELS, type OrganClass } from './contracts/organ-classes';
export {
  CLINICAL_CATEGORIES,
  IMAGING_MODALITIES,
  RecordSchema,
  SPLITS,
  STORED_VALUES,
  TASK_TYPES,
  type ClinicalCategory,
  type ImagingModality,
  type QuestionRecord,
  type Split,
  type StoredValues,
  type TaskType,
} from './contracts/question-record';
export {
  formatAnswer,
  formatDialogue,
  formatQuestion,
  optionLetter,
} from './contracts/question-text';
export { PAPER_TABLE_NAMES, type PaperTableName } from './contracts/paper-tables';
export { RegionVocabularySchema, type RegionVocabulary } from './contracts/region-vocabulary';

export { canonicalJson, type CanonicalTexts } from './json/canonical-json';

export { Random } from './random/random';

export { splitEvenly } from './split-evenly';

export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './numbers/half-precision';

export { printable } from './text/printable';
export { normalCdf, normalQuantile } from './numbers/normal';
