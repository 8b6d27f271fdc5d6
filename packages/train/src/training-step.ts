import {
  addInPlace,
  compile,
  constantVariable,
  type NamedTensors,
  type Precision,
} from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW } from './adamw';
import { clipGradients } from './clip-gradients';

/** What one optimizer step reports. */
export interface StepResult {
  /** Mean loss of the targets: for OmniCT the cross-entropy of the answer tokens, nats. */
  loss: number;
  /** Joint norm of the gradients before clipping. */
  gradientNorm: number;
}

/**
 * Sum of the losses of all targets, for OmniCT of the answer tokens, so that parts of a batch add up
 * to the whole. Their number is the sum of the input `lossWeights`.
 */
export type LossFunction = (inputs: NamedTensors) => tf.Scalar;

/** What a step trains and how. */
export interface TrainingStepOptions {
  parameters: ReadonlyMap<string, tf.Variable>;
  loss: LossFunction;
  weightDecay: number;
  maxGradientNorm: number;
  /** Of matrix products. Default `f32`. */
  precision?: Precision;
}

/**
 * One optimizer step over one or more micro-batches: forward, backward, clipping, AdamW. With one
 * micro-batch all of it is a single compiled graph.
 */
export class TrainingStep {
  readonly optimizer: AdamW;
  private readonly whole: (inputs: NamedTensors) => NamedTensors;
  private readonly accumulate: (inputs: NamedTensors) => NamedTensors;
  private readonly update: (inputs: NamedTensors) => NamedTensors;
  private readonly sums = new Map<string, tf.Variable>();

  constructor(private readonly options: TrainingStepOptions) {
    const { parameters, weightDecay, precision = 'f32' } = options;
    this.optimizer = new AdamW(parameters, { weightDecay });
    this.whole = compile((inputs) => this.runWhole(inputs), { name: 'trainingStep', precision });
    this.accumulate = compile((inputs) => this.runAccumulate(inputs), {
      name: 'accumulate',
      precision,
    });
    this.update = compile((inputs) => this.runUpdate(inputs), { name: 'update' });
  }

  /**
   * @param microBatches inputs of the loss; the caller owns them
   * @param step counted from 1 @param learningRate of this step
   */
  async run(
    microBatches: readonly NamedTensors[],
    step: number,
    learningRate: number,
  ): Promise<StepResult> {
    const scalars = this.optimizer.scalars(step, learningRate);
    const [only] = microBatches;
    let result: NamedTensors;
    if (microBatches.length === 1 && only !== undefined) {
      result = this.whole({ ...only, ...scalars });
    } else {
      this.resetSums();
      for (const inputs of microBatches) tf.dispose(this.accumulate(inputs));
      result = this.update(scalars);
    }
    const [loss, norm] = await Promise.all([result['loss']?.data(), result['norm']?.data()]);
    tf.dispose([result, scalars]);
    return { loss: loss?.[0] ?? NaN, gradientNorm: norm?.[0] ?? NaN };
  }

  dispose(): void {
    this.optimizer.dispose();
    for (const variable of this.sums.values()) variable.dispose();
  }

  private runWhole(inputs: NamedTensors): NamedTensors {
    const { lossSum, tokenCount, gradients } = this.gradients(inputs);
    const mean = new Map([...gradients].map(([name, value]) => [name, tf.div(value, tokenCount)]));
    return { loss: tf.div(lossSum, tokenCount), norm: this.clipAndApply(mean, inputs) };
  }

  private runAccumulate(inputs: NamedTensors): NamedTensors {
    const { lossSum, tokenCount, gradients } = this.gradients(inputs);
    const added = new Map([...gradients, ['lossSum', lossSum], ['tokenCount', tokenCount]]);
    for (const [name, sum] of this.sums) {
      const value = added.get(name);
      if (value !== undefined) addInPlace(sum, value);
    }
    return {};
  }

  private runUpdate(scalars: NamedTensors): NamedTensors {
    const sumOf = (name: string): tf.Tensor => this.sums.get(name) as tf.Variable;
    const tokenCount = sumOf('tokenCount');
    const mean = new Map(
      [...this.options.parameters.keys()].map((name) => [name, tf.div(sumOf(name), tokenCount)]),
    );
    return { loss: tf.div(sumOf('lossSum'), tokenCount), norm: this.clipAndApply(mean, scalars) };
  }

  private gradients(inputs: NamedTensors): {
    lossSum: tf.Tensor;
    tokenCount: tf.Tensor;
    gradients: Map<string, tf.Tensor>;
  } {
    const { parameters, loss } = this.options;
    const { value, grads } = tf.variableGrads(() => loss(inputs), [...parameters.values()]);
    const gradients = new Map(
      [...parameters].map(([name, variable]) => [name, grads[variable.name] as tf.Tensor]),
    );
    return { lossSum: value, tokenCount: tf.sum(inputs['lossWeights'] as tf.Tensor), gradients };
  }

  private clipAndApply(
    gradients: ReadonlyMap<string, tf.Tensor>,
    scalars: NamedTensors,
  ): tf.Scalar {
    const { clipped, norm } = clipGradients(gradients, this.options.maxGradientNorm);
    this.optimizer.apply(clipped, scalars as ReturnType<AdamW['scalars']>);
    return norm;
  }

  private resetSums(): void {
    const shapes = new Map([...this.options.parameters].map(([name, { shape }]) => [name, shape]));
    shapes.set('lossSum', []).set('tokenCount', []);
    for (const [name, shape] of shapes) {
      const sum = this.sums.get(name);
      if (sum === undefined) this.sums.set(name, constantVariable(shape, 0));
      else tf.tidy(() => sum.assign(tf.zeros(shape)));
    }
  }
}
