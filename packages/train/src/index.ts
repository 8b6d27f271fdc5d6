export { AdamW, type AdamWOptions, type StepScalars } from './adamw';
export { epochBatches, type BatchIndices } from './batch-order';
export { restoreCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint';
export { clipGradients } from './clip-gradients';
export { TrainStageSchema, type TrainStageConfig } from './config';
export { warmupCosine, type ScheduleOptions } from './schedule';
export { TrainingStep, type LossFunction, type StepResult } from './training-step';
export { train, type StepReport, type TrainOptions } from './trainer';
export { compilePairAccuracy, RegionContrast, type RegionContrastOptions } from './region-contrast';
