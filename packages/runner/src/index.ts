export { answerQuestion, type AnswerRequest, type ImageAnswer } from './answer-question';
export { Lease, LeaseWatch, type Holder } from './cache/lease';
export { pruneCache, verifyCache, type PrunedResult, type PruneRules } from './cache/maintain';
export { totalBytes, type Manifest } from './cache/manifest';
export { StageCache, type Workspace } from './cache/stage-cache';
export { CurationSchema, type CurationSpec } from './curation/curation-schema';
export { curationOptions, type CurationFlags, readCurationSpec } from './curation/curation-spec';
export { diagnose, type Diagnosis } from './diagnose';
export { JobFolders } from './execute/job-folders';
export { retryLimits, type RetryLimits } from './execute/retry-policy';
export { EventReader } from './execute/event-log';
export { runPlan, type RunPlanOptions } from './execute/run-plan';
export { EXIT_STOPPED, type TaskFile, type WorkerEvent } from './execute/task-file';
export type { TaskResult, TaskStatus } from './execute/task-graph';
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
export { createLauncher, profileOf, workerScript, type Launch } from './launch/create-launcher';
export type { FailureCause, Job, JobEnd, Launcher, TaskOutcome } from './launch/launcher';
export { LocalLauncher } from './launch/local-launcher';
export { RayLauncher } from './launch/ray-launcher';
export { SimulatedLauncher } from './launch/simulated-launcher';
export { SlurmLauncher } from './launch/slurm-launcher';
export { copyShippedSpec, listShippedSpecs, type ShippedSpec } from './recipes/shipped-specs';
export { runRecipe, type RecipeContext } from './recipes/run-recipe';
export { readPlan, RunFolder, type RunEvent } from './run-folder';
export {
  ProgressTracker,
  type RunProgress,
  type StageProgress,
  type TaskProgress,
} from './run-progress';
export {
  cancelRun,
  findRun,
  listRuns,
  runStatus,
  type RunStatusReport,
  type RunSummary,
  usedKeys,
} from './runs';
export { specChanges, type SpecChanges } from './spec-changes';
export { expandSweep, type Trial } from './spec/expand';
export { curationJsonSchema, sweepJsonSchema } from './spec/json-schema';
export type { Profile, Resources } from './spec/profile-schema';
export { PROJECT_CONFIG_FILE, readProjectConfig, type ProjectConfig } from './spec/project-config';
export { readSpecSource, type SpecSource } from './spec/spec-source';
export { SweepSchema, type SweepSpec } from './spec/sweep-schema';
export { TrialConfigSchema, type TrialConfig } from './spec/trial-config';
export { readSweepSpec, validateSpec, type SpecSurroundings } from './spec/validate-spec';
export { componentMetrics, loadComponents, type Registries } from './stage/components';
export { estimatePlan, stageCosts, type PlanEstimate, type StageCost } from './stage/estimate';
export { loadStages } from './stage/load-stages';
export { planSweep, type PlanSurroundings, type StageTask, type SweepPlan } from './stage/plan';
export type { ShardPart, StageContext, StageDefinition } from './stage/stage-definition';
export { STAGES } from './stages/index';
export {
  prepareSweep,
  readSweep,
  renderJobs,
  runSweep,
  STORE_FOLDER,
  type PreparedSweep,
  type ReadSweep,
  type RunSweepOptions,
  type SweepRequest,
  type SweepResult,
  type TrialResult,
} from './sweep';
export { exportRuns, syncRuns, type RunSync } from './sync-runs';
export { scoreMetrics } from './stages/score';
