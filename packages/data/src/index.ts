/**
 * Records files, adapters of data sets, curation and benchmarks.
 *
 * @module @omnict/data
 */
export { fromMessageRow, toMessageRow, type MessageRow } from './message-rows';
export { readRows } from './rows/read-rows';
export type { RowOrProblem, SourceRow } from './rows/source-row';
export { importSource, type ImportOptions, type ImportReport } from './sources/import-source';
export type { ExpectedCount, SourceAdapter } from './sources/source-adapter';
export { sourceByName, SOURCES } from './sources/sources';
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
export {
  segmentRecords,
  type SegmentRecordsOptions,
  type SegmentRecordsReport,
} from './segment/segment-records';
export { splitRecords, type SplitOptions, type SplitReport } from './split/split-records';
export { recordStatistics, type RecordStatistics } from './statistics/record-statistics';
export { statisticsPlots } from './statistics/statistics-plot';
export { mapCategory } from './taxonomy/category-rules';
export { mapImaging } from './taxonomy/imaging-rules';
export { mapOrgan } from './taxonomy/organ-rules';
export type { RuleDecision } from './taxonomy/rule-decision';
export { mapTaskType } from './taxonomy/task-type-rules';
export { PROBLEM_KINDS, RowError, type ProblemKind, type RowProblem } from './problem';
export {
  chooseFiles,
  hubRepository,
  type ChosenFiles,
  type HubRepository,
} from './sources/hub-repository';
export { RecordFile } from './record-file';
export { placedRecords, readRecords, type RecordPlace, writeRecords } from './records-file';
export { validateRecords, type ValidateOptions, type ValidationReport } from './validate-records';
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
