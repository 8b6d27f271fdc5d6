import { constantVariable, type NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Settings of {@link AdamW}; defaults are PyTorch's. */
export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Decoupled decay of matrices; norms and biases never decay. 0 in the paper (Table 5). */
  weightDecay?: number;
}

/** What changes from step to step, as tensors: a compiled step must not have numbers baked in. */
export interface StepScalars extends NamedTensors {
  learningRate: tf.Scalar;
  /** 1 - beta1^t */
  correction1: tf.Scalar;
  /** 1 - beta2^t */
  correction2: tf.Scalar;
}

/**
 * AdamW on plain tfjs operations, so that the same code runs eagerly and inside a recorded graph.
 *
 * @see https://arxiv.org/abs/1711.05101; update order as in torch.optim.AdamW
 */
export class AdamW {
  readonly firstMoments = new Map<string, tf.Variable>();
  readonly secondMoments = new Map<string, tf.Variable>();
  private readonly options: Required<AdamWOptions>;

  constructor(
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    options: AdamWOptions = {},
  ) {
    this.options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options };
    for (const [name, { shape }] of parameters) {
      this.firstMoments.set(name, constantVariable(shape, 0));
      this.secondMoments.set(name, constantVariable(shape, 0));
    }
  }

  /** Scalars of step t, counted from 1. The caller owns them. */
  scalars(step: number, learningRate: number): StepScalars {
    return {
      learningRate: tf.scalar(learningRate),
      correction1: tf.scalar(1 - this.options.beta1 ** step),
      correction2: tf.scalar(1 - this.options.beta2 ** step),
    };
  }

  /** Updates parameters and moments. @param gradients by parameter name */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, scalars: StepScalars): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    for (const [name, parameter] of this.parameters) {
      const gradient = gradients.get(name);
      const first = this.firstMoments.get(name);
      const second = this.secondMoments.get(name);
      if (gradient === undefined || first === undefined || second === undefined) continue;
      first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
      second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
      const deviation = tf.sqrt(tf.div(second, scalars.correction2));
      const update = tf.div(tf.div(first, scalars.correction1), tf.add(deviation, epsilon));
      const decays = weightDecay > 0 && parameter.shape.length >= 2;
      const step = decays ? tf.add(update, tf.mul(parameter, weightDecay)) : update;
      parameter.assign(tf.sub(parameter, tf.mul(step, scalars.learningRate)));
    }
  }

  dispose(): void {
    for (const moments of [this.firstMoments, this.secondMoments]) {
      for (const variable of moments.values()) variable.dispose();
    }
  }
}
