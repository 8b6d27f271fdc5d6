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
export { readRows } from './rows/read-rows';
export type { RowOrProblem, SourceRow } from './rows/source-row';
export { importSource, type ImportOptions, type ImportReport } from './sources/import-source';
export type { ExpectedCount, SourceAdapter } from './sources/source-adapter';
export { SOURCES } from './sources/sources';
export {
  auditOverlap,
  OVERLAP_KINDS,
  type AuditOptions,
  type AuditReport,
  type OverlapKind,
} from './audit/audit-overlap';
export type { Overlap, OverlapPair } from './audit/overlap-table';
export { textSignature } from './audit/text-signature';
export { answerLeak, type AnswerLeak, type AnswerLeakOptions } from './bench/answer-leak';
export {
  BENCH_CHOICES,
  blindTraining,
  buildBench,
  type Bench,
  type BenchOptions,
} from './bench/build-bench';
export { renderDatasheet, type Datasheet } from './bench/datasheet';
export { writeBench, type WriteBenchOptions } from './bench/write-bench';
export { similarPairs, type EmbeddingSearch } from './dedup/embedding-index';
export {
  findDuplicates,
  type DuplicateCluster,
  type DuplicateOptions,
  type DuplicateReport,
} from './dedup/find-duplicates';
export { HammingIndex } from './dedup/hamming-index';
export { imageHashes, type ImageHashes } from './dedup/image-hashes';
export {
  formatHash,
  hammingDistance,
  perceptualHash,
  type PerceptualHash,
} from './dedup/perceptual-hash';
export { splitRecords, type SplitOptions, type SplitReport } from './split/split-records';
export { recordStatistics, type RecordStatistics } from './statistics/record-statistics';
export { statisticsPlots } from './statistics/statistics-plot';
export { mapCategory } from './taxonomy/category-rules';
export { IMAGING_MODALITIES, mapImaging, type ImagingModality } from './taxonomy/imaging-rules';
export { mapOrgan } from './taxonomy/organ-rules';
export type { RuleDecision } from './taxonomy/rule-decision';
export { mapTaskType } from './taxonomy/task-type-rules';
export { PROBLEM_KINDS, RowError, type ProblemKind, type RowProblem } from './problem';
export { readRecords, writeRecords } from './records-file';
export { validateRecords, type ValidateOptions, type ValidationReport } from './validate-records';
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
export {
  IMAGE_FORMATS,
  type ImageWriteFormat,
  type PhantomCt2Config,
  PhantomCt2ConfigSchema,
} from './phantom2/config';
export {
  generatePhantomCT2,
  type PhantomCt2Options,
  type PhantomCt2Summary,
} from './phantom2/generate';
export { PHANTOM_CT_2 } from './phantom2/image-job';
export { FINDINGS, findingNamed } from './phantom2/catalogue/catalogue';
export {
  type Phantom as PhantomCt2Phantom,
  type PhantomWishes,
  samplePhantom2,
  scanGrid,
} from './phantom2/phantom';
export { type Observation, type Scan, scanPhantom } from './phantom2/scan/scan';
export { writeReport, type Report } from './phantom2/report/report';
export { askAbout } from './phantom2/questions/ask';
export type { Finding, Geometry, Grade, Host } from './phantom2/catalogue/finding';
export { SKILLS, type Skill } from './phantom2/questions/fact';
export type { SceneFacts, SceneFinding } from './phantom2/scene';
export {
  exportAuditSheet,
  importAuditSheet,
  type Share,
  type SheetExport,
  type SheetImport,
} from './engine/audit/audit-sheet';
export {
  curate,
  type CurationOptions,
  type CurationProgress,
  type CurationReport,
  type CurationServer,
} from './engine/curate';
export { type CallsReport, type Distribution, type StageReport } from './engine/curation-report';
export { CURATION_FILES } from './engine/curation-files';
export {
  STAGE_NAMES,
  type Decision,
  type Finding as DecisionFinding,
  type ModelReply,
  type StageName,
} from './engine/decision';
export { type ImageFacts, measureImage, type MeasuredImage } from './engine/image/image-facts';
export {
  MapOptionsSchema,
  RefineOptionsSchema,
  SelectOptionsSchema,
  VerifyOptionsSchema,
  type MapOptions,
  type RefineOptions,
  type SelectOptions,
  type VerifyOptions,
} from './engine/options';
