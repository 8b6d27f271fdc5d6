import { FormatError, type Modality } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { type BatchPlan, planBatches } from './batch-plan';
import {
  restoreCheckpoint,
  saveCheckpoint,
  type TrainingProgress,
  type TrainingState,
} from './checkpoint';
import type { TrainStageConfig } from './config';
import { type BatchUpload, Feeder, type FedBatch } from './feeder';
import type { SampleImages } from './image-groups';
import { warmupCosine } from './schedule';
import { type LossFunction, type StepResult, TrainingStep } from './training-step';
import { copyInto, judge, type ValidationData, validationLoss } from './validation';

/** What happened in one optimizer step. */
export interface StepReport extends StepResult {
  /** Counted from 1. */
  step: number;
  totalSteps: number;
  learningRate: number;
  samplesPerSecond: number;
  /** Positions of sequences, padding included; 0 when no input's name ends in `positions`. */
  tokensPerSecond: number;
  /** Share of the step's time that training waited for its batch, 0 to 1. */
  dataWaitShare: number;
  /** Resident memory of this process, MiB. */
  memoryMiB: number;
  /** Mean loss of the questions set aside, when this step was followed by a validation. */
  validationLoss?: number;
}

/** A training run. */
export interface TrainOptions {
  config: TrainStageConfig;
  seed: number;
  /** Modality of each sample; its length is the size of the data. */
  modalities: readonly Modality[];
  /** Length of each sample's sequence, for `bucketByLength`. */
  lengths?: readonly number[];
  /** Which samples are about one image, for `groupByImage`; without it none are grouped. */
  images?: SampleImages | undefined;
  /** Uploads the samples of one micro-batch. */
  batchOf: BatchUpload;
  loss: LossFunction;
  /** What is trained: theta_p in stage 1, theta_p and theta_llm in stage 2 (Eq. 6). */
  parameters: ReadonlyMap<string, tf.Variable>;
  /** Needed for `config.validation`. */
  validation?: ValidationData;
  /** Folder for checkpoints; without it none are written. */
  checkpoints?: string;
  onStep?: (report: StepReport) => void;
  /** Aborting saves a checkpoint, then throws the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Trains to the end, from the newest checkpoint when there is one. A resumed run ends in the same
 * parameters, bit for bit, as one that was never stopped.
 *
 * @returns the loss of each step since the start or resumption
 * @throws FormatError when the loss stops being a number: names step, batch and samples
 */
export async function train(options: TrainOptions): Promise<number[]> {
  const { config, parameters, checkpoints, signal } = options;
  const { weightDecay, beta2, maxGradientNorm, precision, ema } = config;
  const step = new TrainingStep({
    parameters,
    loss: options.loss,
    weightDecay,
    beta2,
    maxGradientNorm,
    precision,
    emaDecay: ema?.decay,
  });
  const keepsBest = config.validation?.patience !== undefined;
  const best = copiesOf(keepsBest ? parameters : new Map<string, tf.Variable>());
  const state = stateOf(parameters, step, best);
  const plan = planBatches(config, options, options.seed);
  const feeder = new Feeder(plan, options.batchOf, config.microBatchSize ?? Infinity);
  const losses: number[] = [];
  const save = async (progress: TrainingProgress): Promise<void> => {
    if (checkpoints !== undefined) await saveCheckpoint(checkpoints, progress, state);
  };
  try {
    let progress =
      checkpoints === undefined ? { step: 0 } : await restoreCheckpoint(checkpoints, state);
    while (progress.step < plan.totalSteps && !hasStopped(config, progress)) {
      if (signal?.aborted === true) {
        await save(progress);
        signal.throwIfAborted();
      }
      const report = await runStep(step, { options, plan, feeder }, progress.step);
      progress = { ...progress, step: report.step };
      losses.push(report.loss);
      progress = await validateWhenDue(step, { options, best, report }, progress);
      options.onStep?.(report);
      const isDue = progress.step % config.checkpointEvery === 0;
      if (isDue && progress.step < plan.totalSteps) await save(progress);
    }
    copyInto(parameters, step.averages);
    if (progress.bestLoss !== undefined) copyInto(parameters, best);
    return losses;
  } finally {
    await feeder.dispose();
    step.dispose();
    for (const variable of best.values()) variable.dispose();
  }
}

async function runStep(
  step: TrainingStep,
  { options, plan, feeder }: { options: TrainOptions; plan: BatchPlan; feeder: Feeder },
  done: number,
): Promise<StepReport> {
  const started = performance.now();
  const batch = feeder.batch(done);
  const learningRate = warmupCosine(done, { ...options.config, totalSteps: plan.totalSteps });
  const result = await step.run(batch, done + 1, learningRate);
  refuseNonFinite(result, plan, { done, batch });
  const seconds = (performance.now() - started) / 1000;
  return {
    ...result,
    step: done + 1,
    totalSteps: plan.totalSteps,
    learningRate,
    samplesPerSecond: batch.indices.length / seconds,
    tokensPerSecond: batch.tokens / seconds,
    dataWaitShare: batch.waitSeconds / seconds,
    memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

function refuseNonFinite(
  { loss, gradientNorm }: StepResult,
  plan: BatchPlan,
  { done, batch }: { done: number; batch: FedBatch },
): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  const what = Number.isFinite(loss) ? 'gradient norm' : 'loss';
  const value = Number.isFinite(loss) ? gradientNorm : loss;
  throw new FormatError(
    `train: ${what} of step ${done + 1} is ${value} (${plan.place(done)}); expected a finite number; its samples are ${batch.indices.join(', ')}; lower learningRate or check these samples`,
  );
}

/** Validates after the steps that the config names; keeps the best parameters for an early stop. */
async function validateWhenDue(
  step: TrainingStep,
  context: { options: TrainOptions; best: Map<string, tf.Variable>; report: StepReport },
  progress: TrainingProgress,
): Promise<TrainingProgress> {
  const { config, validation, parameters } = context.options;
  if (config.validation === undefined || validation === undefined) return progress;
  const isLast = context.report.totalSteps === progress.step;
  if (progress.step % config.validation.every !== 0 && !isLast) return progress;
  const batchSize = config.microBatchSize ?? config.batchSize;
  const loss = await validationLoss(step, validation, { batchSize, parameters });
  context.report.validationLoss = loss;
  const judged = judge(progress, loss);
  if (judged.isBest && context.best.size > 0) {
    copyInto(context.best, parameters);
    copyInto(context.best, step.averages);
  }
  return judged.progress;
}

function hasStopped(
  { validation }: TrainStageConfig,
  { sinceBest = 0 }: TrainingProgress,
): boolean {
  return validation?.patience !== undefined && sinceBest >= validation.patience;
}

function copiesOf(parameters: ReadonlyMap<string, tf.Variable>): Map<string, tf.Variable> {
  return new Map(
    [...parameters].map(([name, value]) => [name, tf.tidy(() => tf.variable(tf.clone(value)))]),
  );
}

/** What a checkpoint holds: parameters, both moments, and averages and best where they are kept. */
function stateOf(
  parameters: ReadonlyMap<string, tf.Variable>,
  step: TrainingStep,
  best: ReadonlyMap<string, tf.Variable>,
): TrainingState {
  const { firstMoments, secondMoments } = step.optimizer;
  const named = (prefix: string, variables: ReadonlyMap<string, tf.Variable>) =>
    [...variables].map(([name, variable]) => [`${prefix}.${name}`, variable] as const);
  return new Map([
    ...named('parameter', parameters),
    ...named('first_moment', firstMoments),
    ...named('second_moment', secondMoments),
    ...named('average', step.averages),
    ...named('best', best),
  ]);
}
