import { adamUpdate, constantVariable, type NamedTensors } from '@omnict/nn';
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
    for (const [name, parameter] of this.parameters) {
      const gradient = gradients.get(name);
      const first = this.firstMoments.get(name);
      const second = this.secondMoments.get(name);
      if (gradient === undefined || first === undefined || second === undefined) continue;
      const decays = parameter.shape.length >= 2;
      adamUpdate({ parameter, firstMoment: first, secondMoment: second }, gradient, {
        ...scalars,
        ...this.options,
        weightDecay: decays ? this.options.weightDecay : 0,
      });
    }
  }

  dispose(): void {
    for (const moments of [this.firstMoments, this.secondMoments]) {
      for (const variable of moments.values()) variable.dispose();
    }
  }
}
