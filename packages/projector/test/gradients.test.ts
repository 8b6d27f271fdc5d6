import { Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { MoeHybridProjection } from '../src/index';

/** Length of the step of a finite difference. */
const STEP = 1e-2;

describe.each([undefined, 'wasm'] as const)('gradients of the projection on engine %s', () => {
  it.each(['slice', 'volume'] as const)('follow the loss, for a %s', async (modality) => {
    await selectEngine();
    const random = new Random(`projection/${modality}`);
    const projection = new MoeHybridProjection({
      tokenDim: 5,
      sliceBlock: 1,
      volumeBlock: 2,
      hiddenDim: 7,
      outputDim: 6,
      random,
    });
    const values = (shape: number[]): tf.Tensor =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
        shape,
      );
    for (const parameter of projection.parameters()) {
      parameter.assign(tf.mul(values(parameter.shape), 0.4));
    }
    const tokens = values([2, modality === 'slice' ? 1 : 3, 4, 4, 5]) as tf.Tensor5D;
    const upstream = values(projection.apply(tokens, modality).shape);
    const loss = (): tf.Scalar => tf.sum(tf.mul(projection.apply(tokens, modality), upstream));
    const at = (variable: tf.Variable, value: tf.Tensor): number => {
      variable.assign(value);
      return loss().dataSync()[0] as number;
    };
    const { grads } = tf.variableGrads(loss, projection.parameters());
    for (const [name, variable] of projection.namedParameters()) {
      const start = variable.clone();
      const direction = values(variable.shape);
      const forward = at(variable, tf.add(start, tf.mul(direction, STEP)));
      const backward = at(variable, tf.sub(start, tf.mul(direction, STEP)));
      variable.assign(start);
      const gradient = grads[variable.name];
      const isOtherExpert = gradient === undefined || forward === backward;
      const predicted =
        gradient === undefined ? 0 : (tf.sum(tf.mul(gradient, direction)).dataSync()[0] as number);
      const slope = (forward - backward) / (2 * STEP);
      expect(Math.abs(slope - predicted), name).toBeLessThan(0.01 * Math.max(1, Math.abs(slope)));
      expect(isOtherExpert, name).toBe(name.includes(modality === 'slice' ? 'volume' : 'slice'));
    }
  });
});
