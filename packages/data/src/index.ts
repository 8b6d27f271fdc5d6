export { fromMessageRow, toMessageRow, type MessageRow } from './message-rows';
export { ORGAN_CLASSES, ORGAN_CLASS_LABELS, type OrganClass } from './organs';
export { formatAnswer, formatQuestion, optionLetter } from './question-text';
export {
  CLINICAL_CATEGORIES,
  RecordSchema,
  SPLITS,
  TASK_TYPES,
  type ClinicalCategory,
  type QuestionRecord,
  type Split,
  type TaskType,
} from './record';
export { readRecords, writeRecords } from './records-file';
export {
  generatePhantomCT,
  RECORDS_FILE,
  type PhantomOptions,
  type SplitCounts,
} from './phantom/generate';
export { phantomGrid, phantomPlane } from './phantom/generate';
export { samplePhantom, type Phantom } from './phantom/phantom';
export { REGION_PHRASES, regionTargets } from './phantom/region-phrases';
export { FINDING_NAMES, renderPhantom, type RenderedPhantom } from './phantom/render';
export { sceneFacts } from './phantom/scene-facts';
export { askQuestions } from './phantom/questions/templates';
