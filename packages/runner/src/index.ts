/**
 * Sweep specs, stage graph, stage cache and execution.
 *
 * @module @omnict/runner
 */
export { type Bundle } from './bundle/bundle-format';
export { type FigureComparison, type Verdict } from './bundle/compare-figures';
export { openBundle, type OpenedBundle } from './bundle/open-bundle';
export { compareWithBundle, planDifferences, type Reproduction } from './bundle/reproduction';
export { writeBundle, type WrittenBundle } from './bundle/write-bundle';
export { CurationSchema, type CurationSpec } from './curation/curation-schema';
export { curationOptions, type CurationFlags, readCurationSpec } from './curation/curation-spec';
export { diagnose, type Diagnosis } from './diagnose';
export { type EvalSpec, EvalSpecSchema, readEvalSpec } from './evaluation/eval-spec';
export { type EvaluationAnswer, evaluationAnswers } from './evaluation/evaluation-answers';
export {
  EVALUATION_STAGES,
  type EvaluationStage,
  runEvaluation,
  type RunEvaluationOptions,
} from './evaluation/run-evaluation';
export { jsonSchemaOf, SCHEMA_NAMES } from './evaluation/json-schemas';
export { EVALUATION_FILE, type EvaluationResult } from './evaluation/score-evaluation';
export { framePositions, volumeFrames } from './evaluation/volume-frames';
export { readBertScoreBaseline } from './evaluation/bert-score-baseline';
export { CheckpointReportLabeller, loadReportLabeller } from './evaluation/report-labeller';
export { CheckpointTokenEncoder, loadTokenEncoder } from './evaluation/token-encoder';
export { copyShippedSpec, listShippedSpecs, type ShippedSpec } from './recipes/shipped-specs';
export { runRecipe, type RecipeContext, type RecipeResult } from './recipes/run-recipe';
export { type CaseImage } from './run-record/case-image';
export { type CaseStudy, readCaseStudy, type StudyTrial } from './run-record/case-study';
export { type RunEnvironment } from './run-record/environment';
export { questionFields } from './run-record/question-fields';
export { type Case, type CaseAnswer, readCases, type RunCases } from './run-record/read-cases';
export { readCurves, type RecordedCurve } from './run-record/read-curves';
export {
  readRunFolder,
  readRunRecord,
  type RecordedTrial,
  type RunRecord,
} from './run-record/read-run';
export { readVisualTokens, type VisualTokens } from './run-record/read-tokens';
export { type OriginFacts, runOrigin, type RunOrigin, sharableSpec } from './run-record/run-origin';
export { curationJsonSchema, sweepJsonSchema } from './spec/json-schema';
export { TrialConfigSchema, type TrialConfig } from './spec/trial-config';
export { COMPONENTS, componentMetrics, type Registries } from './components';
export { OMNICT, type SweepSpec } from './omnict-pipeline';
export { STAGES } from './stages/index';
export { WORKER_PROGRAM } from './worker-program';
export {
  prepareSweep,
  readSweep,
  runSweep,
  STORE_FOLDER,
  type PreparedSweep,
  type ReadSweep,
  type RunSweepOptions,
  type SweepResult,
  type Trial,
  type TrialResult,
} from './sweep';
export { LiveMetrics } from './tracking/live-metrics';
export type { SweepSummary } from './tracking/sweep-summary';
export { exportRuns, syncRuns, type RunSync } from './sync-runs';
export { figureKey, scoreMetrics } from './stages/score';
