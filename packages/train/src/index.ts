/**
 * Two-stage training.
 *
 * @module @omnict/train
 */
export { AdamW, type AdamWOptions, type StepScalars } from './adamw';
export { chooseSamples, epochBatches, type BatchIndices, type EpochOptions } from './batch-order';
export { planBatches, type BatchPlan, type PlannedData } from './batch-plan';
export { type BatchUpload, microBatches } from './feeder';
export { type SampleImages } from './image-groups';
export {
  restoreCheckpoint,
  saveCheckpoint,
  type TrainingProgress,
  type TrainingState,
} from './checkpoint';
export { clipGradients } from './clip-gradients';
export { TrainStageSchema, type TrainStageConfig } from './config';
export { warmupCosine, type ScheduleOptions } from './schedule';
export {
  TrainingStep,
  type LossFunction,
  type MicroBatches,
  type StepResult,
  type TrainingStepOptions,
} from './training-step';
export { type ValidationData } from './validation';
export { train, type StepReport, type TrainOptions } from './trainer';
export {
  compilePhraseReader,
  RegionPhraseHead,
  type RegionPhraseHeadOptions,
} from './region-phrase-head';
