import {
  addInPlace,
  compile,
  type CompiledFunction,
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
  /** Decay of the second moment. Default 0.999. */
  beta2?: number | undefined;
  maxGradientNorm: number;
  /** Of matrix products. Default `f32`. */
  precision?: Precision | undefined;
  /** Keeps an exponential moving average of the parameters, with this weight of the past. */
  emaDecay?: number | undefined;
}

/** Inputs of the loss, part by part: an array, or parts that come one by one. */
export interface MicroBatches extends AsyncIterable<NamedTensors> {
  length: number;
}

type Compiled = CompiledFunction<NamedTensors, NamedTensors>;

/**
 * One optimizer step over one or more micro-batches: forward, backward, clipping, AdamW. With one
 * micro-batch all of it is a single compiled graph.
 */
export class TrainingStep {
  readonly optimizer: AdamW;
  /** Averages by parameter name; empty without `emaDecay`. */
  readonly averages = new Map<string, tf.Variable>();
  private readonly whole: Compiled;
  private readonly accumulate: Compiled;
  private readonly update: Compiled;
  private readonly evaluate: Compiled;
  private readonly sums = new Map<string, tf.Variable>();

  constructor(private readonly options: TrainingStepOptions) {
    const { parameters, weightDecay, beta2 = 0.999, precision = 'f32', emaDecay } = options;
    this.optimizer = new AdamW(parameters, { weightDecay, beta2 });
    if (emaDecay !== undefined) {
      for (const [name, parameter] of parameters) {
        this.averages.set(
          name,
          tf.tidy(() => tf.variable(tf.clone(parameter))),
        );
      }
    }
    this.whole = compile((inputs) => this.runWhole(inputs), { name: 'trainingStep', precision });
    this.accumulate = compile((inputs) => this.runAccumulate(inputs), {
      name: 'accumulate',
      precision,
    });
    this.update = compile((inputs) => this.runUpdate(inputs), { name: 'update' });
    this.evaluate = compile((inputs) => this.runEvaluate(inputs), { name: 'evaluate', precision });
  }

  /**
   * @param microBatches inputs of the loss; the caller owns them
   * @param step counted from 1 @param learningRate of this step
   */
  async run(
    microBatches: readonly NamedTensors[] | MicroBatches,
    step: number,
    learningRate: number,
  ): Promise<StepResult> {
    const scalars = this.optimizer.scalars(step, learningRate);
    let result: NamedTensors = {};
    if (microBatches.length === 1) {
      for await (const inputs of microBatches) result = this.whole({ ...inputs, ...scalars });
    } else {
      this.resetSums();
      for await (const inputs of microBatches) tf.dispose(this.accumulate(inputs));
      result = this.update(scalars);
    }
    const [loss, norm] = await Promise.all([result['loss']?.data(), result['norm']?.data()]);
    tf.dispose([result, scalars]);
    return { loss: loss?.[0] ?? NaN, gradientNorm: norm?.[0] ?? NaN };
  }

  /** Loss summed over the targets of a batch, and their number; trains nothing. */
  async lossOf(inputs: NamedTensors): Promise<{ sum: number; count: number }> {
    const result = this.evaluate(inputs);
    const [sum, count] = await Promise.all([result['sum']?.data(), result['count']?.data()]);
    tf.dispose(result);
    return { sum: sum?.[0] ?? NaN, count: count?.[0] ?? NaN };
  }

  dispose(): void {
    for (const compiled of [this.whole, this.accumulate, this.update, this.evaluate]) {
      compiled.dispose();
    }
    this.optimizer.dispose();
    for (const variable of [...this.sums.values(), ...this.averages.values()]) variable.dispose();
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

  private runEvaluate(inputs: NamedTensors): NamedTensors {
    const count = tf.sum(inputs['lossWeights'] as tf.Tensor);
    return { sum: this.options.loss(inputs), count };
  }

  private gradients(inputs: NamedTensors): {
    lossSum: tf.Tensor;
    tokenCount: tf.Tensor;
    gradients: Map<string, tf.Tensor>;
  } {
    const { parameters, loss } = this.options;
    const { value, grads } = tf.variableGrads(() => loss(inputs), [...parameters.values()]);
    const gradients = new Map(
      [...parameters].map(([name, variable]) => {
        // No gradient: the loss does not depend on it, as on the slice expert in a batch of volumes.
        const gradient = grads[variable.name] as tf.Tensor | null;
        return [name, gradient ?? tf.zerosLike(variable)];
      }),
    );
    return { lossSum: value, tokenCount: tf.sum(inputs['lossWeights'] as tf.Tensor), gradients };
  }

  private clipAndApply(
    gradients: ReadonlyMap<string, tf.Tensor>,
    scalars: NamedTensors,
  ): tf.Scalar {
    const { maxGradientNorm, parameters, emaDecay = 0 } = this.options;
    const { clipped, norm } = clipGradients(gradients, maxGradientNorm);
    this.optimizer.apply(clipped, scalars as ReturnType<AdamW['scalars']>);
    for (const [name, average] of this.averages) {
      const present = parameters.get(name) as tf.Variable;
      average.assign(tf.add(tf.mul(average, emaDecay), tf.mul(present, 1 - emaDecay)));
    }
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
