import * as tf from '@tensorflow/tfjs-core';
import { FLOAT32 } from '../engine/types';
import { after, type Endpoint } from '../compile/graph-def';
import type { Recorder } from '../compile/recorder';
import { activeRecorder } from './tensorflow';

/** A parameter and Adam's two moments of its gradient, all of one shape. */
export interface AdamState {
  parameter: tf.Variable;
  firstMoment: tf.Variable;
  secondMoment: tf.Variable;
}

/** What an update depends on beside the gradient; tensors, since they change from step to step. */
export interface AdamScalars {
  learningRate: tf.Tensor;
  /** 1 - beta1^t */
  correction1: tf.Tensor;
  /** 1 - beta2^t */
  correction2: tf.Tensor;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled; 0 for parameters that do not decay. */
  weightDecay: number;
}

/**
 * One step of AdamW: assigns the parameter and its moments. In a recorded graph it is one operation
 * that updates all three in place.
 *
 * @param gradient float32, the parameter's shape
 * @see https://arxiv.org/abs/1711.05101; update order as in torch.optim.AdamW
 */
export function adamUpdate(state: AdamState, gradient: tf.Tensor, scalars: AdamScalars): void {
  const recorder = activeRecorder();
  if (recorder === undefined) plainAdamUpdate(state, gradient, scalars);
  else recordAdamUpdate(recorder, state, { gradient, scalars });
}

/** By operations that every engine has. */
export function plainAdamUpdate(
  { parameter, firstMoment, secondMoment }: AdamState,
  gradient: tf.Tensor,
  { learningRate, correction1, correction2, beta1, beta2, epsilon, weightDecay }: AdamScalars,
): void {
  firstMoment.assign(tf.add(tf.mul(firstMoment, beta1), tf.mul(gradient, 1 - beta1)));
  const squared = tf.square(gradient);
  secondMoment.assign(tf.add(tf.mul(secondMoment, beta2), tf.mul(squared, 1 - beta2)));
  const deviation = tf.sqrt(tf.div(secondMoment, correction2));
  const update = tf.div(tf.div(firstMoment, correction1), tf.add(deviation, epsilon));
  const step = weightDecay > 0 ? tf.add(update, tf.mul(parameter, weightDecay)) : update;
  parameter.assign(tf.sub(parameter, tf.mul(step, learningRate)));
}

function recordAdamUpdate(
  recorder: Recorder,
  state: AdamState,
  { gradient, scalars }: { gradient: tf.Tensor; scalars: AdamScalars },
): void {
  const { parameter, firstMoment, secondMoment } = state;
  const { learningRate, correction1, correction2, beta1, beta2, epsilon, weightDecay } = scalars;
  const type = recorder.type('T', FLOAT32);
  const subtype = recorder.type('dtype', FLOAT32);
  // The operation corrects the bias with float32 powers of the betas, which are inexact near 1. The
  // corrections are put into rate and epsilon instead, and the powers are 0.
  const root = tf.sqrt(correction2);
  const rate = recorder.endpoint(tf.div(tf.mul(learningRate, root), correction1));
  const floor = recorder.endpoint(tf.mul(root, epsilon));
  const slope = recorder.endpoint(gradient);
  const constant = (value: number): Endpoint => recorder.endpoint(tf.scalar(value));
  const [none, first, second] = [constant(0), constant(beta1), constant(beta2)];
  const decay =
    weightDecay > 0
      ? recorder.endpoint(tf.mul(parameter, tf.mul(learningRate, weightDecay)))
      : undefined;
  recorder.updateInPlace(
    [parameter, firstMoment, secondMoment],
    ([p = '', m = '', v = ''], wait) => {
      const decayed =
        decay === undefined
          ? []
          : [after(recorder.emit('AssignSubVariableOp', [p, decay, ...wait], [subtype]))];
      return recorder.emit(
        'ResourceApplyAdam',
        [p, m, v, none, none, rate, first, second, floor, slope, ...wait, ...decayed],
        [type],
      );
    },
    () => plainAdamUpdate(state, gradient, scalars),
  );
}
