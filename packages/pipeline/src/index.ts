/**
 * Sweeps of your own stages: specs, plans, a cache of results, execution on one machine, Slurm or Ray.
 *
 * @module @omnict/pipeline
 */
export { Lease, LeaseWatch, type Holder } from './cache/lease';
export { pruneCache, verifyCache, type PrunedResult, type PruneRules } from './cache/maintain';
export { digestFile, totalBytes, type Manifest } from './cache/manifest';
export { writeDurably } from './cache/durable';
export { StageCache, type Workspace } from './cache/stage-cache';
export { EventReader } from './execute/event-log';
export { JobFolders } from './execute/job-folders';
export { retryLimits, type RetryLimits } from './execute/retry-policy';
export { runPlan, type RunPlanOptions } from './execute/run-plan';
export { serveWorker } from './execute/serve-worker';
export {
  EXIT_STOPPED,
  type MetricRecord,
  type TaskFile,
  type WorkerEvent,
} from './execute/task-file';
export type { TaskResult, TaskStatus } from './execute/task-graph';
export { runWorker } from './execute/worker';
export { createLauncher, profileOf, type Launch } from './launch/create-launcher';
export type { FailureCause, Job, JobEnd, Launcher, TaskOutcome } from './launch/launcher';
export { LocalLauncher } from './launch/local-launcher';
export { RayLauncher } from './launch/ray-launcher';
export { SimulatedLauncher } from './launch/simulated-launcher';
export { SlurmLauncher } from './launch/slurm-launcher';
export {
  definePipeline,
  type Pipeline,
  type PipelineOptions,
  type SpecOf,
  type WorkerEntry,
} from './pipeline';
export {
  prepareSweep,
  readSweep,
  storeFolder,
  type PreparedSweep,
  type ReadSweep,
  type SweepRequest,
} from './run/prepare-sweep';
export { readLaunch, readPlan, readRunDocument, RunFolder, type RunEvent } from './run/run-folder';
export {
  ProgressTracker,
  type RunProgress,
  type StageProgress,
  type TaskProgress,
} from './run/run-progress';
export {
  checkLeave,
  renderJobs,
  runSweep,
  type RunSweepOptions,
  type SweepOutcome,
  type TrialOutcome,
} from './run/run-sweep';
export {
  cancelRun,
  findRun,
  LATEST_RUN,
  listRuns,
  runStatus,
  usedKeys,
  type RunStatusReport,
  type RunSummary,
} from './run/runs';
export { specChanges, type SpecChanges } from './run/spec-changes';
export { proposeTrials } from './search/propose';
export { SearchJournal } from './search/search-journal';
export { rungSteps, type Search } from './search/search-schema';
export { editorSchema } from './spec/editor-schema';
export { expandSweep, type Trial } from './spec/expand';
export { unknownName, type NameCheck } from './spec/named-parts';
export {
  Leave,
  LeaveNeededError,
  projectRequest,
  specRequest,
  type LeaveRequest,
} from './spec/leave';
export { suggest } from './spec/nearest';
export { isPlainObject, mergeDeep, type PlainObject } from './spec/paths';
export type { Profile, Resources } from './spec/profile-schema';
export { projectConfigFile, readProjectConfig, type ProjectConfig } from './spec/project-config';
export { schemaProblems } from './spec/schema-problems';
export { readSpecSource, type SpecSource } from './spec/spec-source';
export type { SweepSpec } from './spec/sweep-schema';
export { readSweepSpec, validateSpec, type SpecSurroundings } from './spec/validate-spec';
export { Components, type ClaimName, type StageRegistry } from './stage/components';
export { estimatePlan, stageCosts, type PlanEstimate, type StageCost } from './stage/estimate';
export { loadStages } from './stage/load-stages';
export { planSweep, type PlanSurroundings, type StageTask, type SweepPlan } from './stage/plan';
export type {
  AnyStage,
  ShardPart,
  StageContext,
  StageDefinition,
  StageInputs,
  StageNeeds,
} from './stage/stage-definition';
export type { Engine, WorkerProgram } from './worker-program';
