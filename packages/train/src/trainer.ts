import { FormatError, type NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { Modality } from '@omnict/nn';
import { type BatchIndices, epochBatches } from './batch-order';
import { restoreCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint';
import type { TrainStageConfig } from './config';
import { warmupCosine } from './schedule';
import { type LossFunction, type StepResult, TrainingStep } from './training-step';

/** What happened in one optimizer step. */
export interface StepReport extends StepResult {
  /** Counted from 1. */
  step: number;
  totalSteps: number;
  learningRate: number;
  samplesPerSecond: number;
}

/** A training run. */
export interface TrainOptions {
  config: TrainStageConfig;
  seed: number;
  /** Modality of each sample; its length is the size of the data. */
  modalities: readonly Modality[];
  /** Uploads the samples of one micro-batch. The trainer owns the tensors. */
  batchOf: (indices: BatchIndices) => NamedTensors;
  loss: LossFunction;
  /** What is trained: theta_p in stage 1, theta_p and theta_llm in stage 2 (Eq. 6). */
  parameters: ReadonlyMap<string, tf.Variable>;
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
 * @throws FormatError when the loss stops being a number: names the step and its samples
 */
export async function train(options: TrainOptions): Promise<number[]> {
  const { config, parameters, checkpoints, signal, onStep } = options;
  const { weightDecay, maxGradientNorm } = config;
  const step = new TrainingStep({ parameters, loss: options.loss, weightDecay, maxGradientNorm });
  const state = stateOf(parameters, step);
  const plan = batchPlan(options);
  const losses: number[] = [];
  try {
    let done = checkpoints === undefined ? 0 : await restoreCheckpoint(checkpoints, state);
    while (done < plan.totalSteps) {
      if (signal?.aborted === true) {
        if (checkpoints !== undefined) await saveCheckpoint(checkpoints, done, state);
        signal.throwIfAborted();
      }
      const started = performance.now();
      const indices = plan.batch(done);
      const learningRate = warmupCosine(done, { ...config, totalSteps: plan.totalSteps });
      const result = await runStep(step, options, { indices, done, learningRate });
      done++;
      losses.push(result.loss);
      const seconds = (performance.now() - started) / 1000;
      const samplesPerSecond = indices.length / seconds;
      onStep?.({
        ...result,
        step: done,
        totalSteps: plan.totalSteps,
        learningRate,
        samplesPerSecond,
      });
      const isDue = done % config.checkpointEvery === 0 && done < plan.totalSteps;
      if (isDue && checkpoints !== undefined) await saveCheckpoint(checkpoints, done, state);
    }
    return losses;
  } finally {
    step.dispose();
  }
}

async function runStep(
  step: TrainingStep,
  { config, batchOf }: TrainOptions,
  { indices, done, learningRate }: { indices: BatchIndices; done: number; learningRate: number },
): Promise<StepResult> {
  const size = config.microBatchSize ?? config.batchSize;
  const microBatches: NamedTensors[] = [];
  try {
    for (let i = 0; i < indices.length; i += size) {
      microBatches.push(batchOf(indices.slice(i, i + size)));
    }
    const result = await step.run(microBatches, done + 1, learningRate);
    if (Number.isFinite(result.loss)) return result;
    throw new FormatError(
      `train: loss of step ${done + 1} is ${result.loss}; expected a finite number; its samples are ${indices.join(', ')}; lower learningRate or check these samples`,
    );
  } finally {
    tf.dispose(microBatches);
  }
}

/** All batches of all epochs; a fractional epoch ends early. */
function batchPlan({ config, modalities, seed }: TrainOptions): {
  totalSteps: number;
  batch: (step: number) => BatchIndices;
} {
  const batchSize = Math.min(config.batchSize, modalities.length);
  const epoch = (index: number): BatchIndices[] =>
    epochBatches(modalities, batchSize, { seed, epoch: index });
  let current = { index: 0, batches: epoch(0) };
  const perEpoch = current.batches.length;
  return {
    totalSteps: Math.max(1, Math.round(perEpoch * config.epochs)),
    batch: (step) => {
      const index = Math.floor(step / perEpoch);
      if (index !== current.index) current = { index, batches: epoch(index) };
      return current.batches[step % perEpoch] as BatchIndices;
    },
  };
}

/** What a checkpoint holds: parameters and both moments. */
function stateOf(parameters: ReadonlyMap<string, tf.Variable>, step: TrainingStep): TrainingState {
  const { firstMoments, secondMoments } = step.optimizer;
  const named = (prefix: string, variables: ReadonlyMap<string, tf.Variable>) =>
    [...variables].map(([name, variable]) => [`${prefix}.${name}`, variable] as const);
  return new Map([
    ...named('parameter', parameters),
    ...named('first_moment', firstMoments),
    ...named('second_moment', secondMoments),
  ]);
}
