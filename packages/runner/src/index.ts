export { answerQuestion, type AnswerRequest, type ImageAnswer } from './answer-question';
export { Lease } from './cache/lease';
export { StageCache, type Manifest, type Workspace } from './cache/stage-cache';
export { canonicalJson } from './canonical-json';
export { CurationSchema, type CurationSpec } from './curation/curation-schema';
export { curationOptions, type CurationFlags, readCurationSpec } from './curation/curation-spec';
export { diagnose, type Diagnosis } from './diagnose';
export { runPlan, type RunPlanOptions, type TaskResult, type TaskStatus } from './execute/run-plan';
export { EXIT_STOPPED, type TaskFile, type WorkerEvent } from './execute/task-file';
export { runWorker } from './execute/worker';
export { type EvalSpec, EvalSpecSchema, readEvalSpec } from './evaluation/eval-spec';
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
export { runRecipe, type RecipeContext } from './recipes/run-recipe';
export { listRuns, runStatus, type RunStatusReport, type RunSummary } from './runs';
export { expandSweep, type Trial } from './spec/expand';
export { curationJsonSchema, sweepJsonSchema } from './spec/json-schema';
export { PROJECT_CONFIG_FILE, readProjectConfig, type ProjectConfig } from './spec/project-config';
export { readSpecSource, type SpecSource } from './spec/spec-source';
export { SweepSchema, type SweepSpec } from './spec/sweep-schema';
export { TrialConfigSchema, type TrialConfig } from './spec/trial-config';
export { readSweepSpec, validateSpec, type SpecSurroundings } from './spec/validate-spec';
export { planSweep, type StageTask, type SweepPlan } from './stage/plan';
export type { StageContext, StageDefinition } from './stage/stage-definition';
export { STAGES } from './stages/index';
export {
  prepareSweep,
  readTrials,
  runSweep,
  STORE_FOLDER,
  type PreparedSweep,
  type RunSweepOptions,
  type SweepResult,
  type TrialResult,
} from './sweep';
export { exportRuns, syncRuns, type RunSync } from './sync-runs';
