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
