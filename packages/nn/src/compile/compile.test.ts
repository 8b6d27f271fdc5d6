import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentEngine, selectEngine } from '../engine/engine';
import { Linear } from '../layers/linear';
import { layerNorm } from '../ops/layer-norm';
import { softmaxCrossEntropy } from '../ops/softmax-cross-entropy';
import { Random } from '../random/random';
import { compile } from './compile';

/** A small network with custom gradients, trained by plain gradient descent through assign. */
function trainingStep(seed: number) {
  const random = new Random(seed);
  const first = new Linear({ inFeatures: 6, outFeatures: 8, random });
  const second = new Linear({ inFeatures: 8, outFeatures: 3, random });
  const gain = tf.variable(tf.ones([8]));
  const variables = [...first.parameters(), ...second.parameters(), gain];
  const step = ({ x, labels, rate }: { x: tf.Tensor; labels: tf.Tensor; rate: tf.Tensor }) => {
    const { value, grads } = tf.variableGrads(() => {
      const hidden = layerNorm(first.apply(x), {
        weight: gain,
        bias: tf.zeros([8]),
        epsilon: 1e-6,
      });
      const logits = second.apply(tf.relu(hidden)) as tf.Tensor2D;
      return tf.mean(softmaxCrossEntropy(logits, labels as tf.Tensor1D)) as tf.Scalar;
    }, variables);
    for (const variable of variables) {
      variable.assign(tf.sub(variable, tf.mul(rate, grads[variable.name] as tf.Tensor)));
    }
    return { loss: value as tf.Tensor };
  };
  return { step, variables };
}

function batch(random: Random, rows = 5) {
  return {
    x: tf.tensor2d(
      Float32Array.from({ length: rows * 6 }, () => random.normal()),
      [rows, 6],
    ),
    labels: tf.tensor1d(
      Int32Array.from({ length: rows }, () => random.integer(3)),
      'int32',
    ),
    rate: tf.scalar(0.1),
  };
}

describe('compile', () => {
  let recording = false;
  beforeAll(async () => {
    await selectEngine();
    recording = (await currentEngine()).name.startsWith('tensorflow');
  });
  afterAll(() => tf.disposeVariables());

  it('trains to the same losses and variables as eager execution', () => {
    const eager = trainingStep(1);
    const compiled = trainingStep(1);
    const run = compile(compiled.step);
    for (let i = 0; i < 5; i++) {
      const inputs = batch(new Random(100 + i));
      const expected = tf.tidy(() => eager.step(inputs).loss).dataSync()[0] as number;
      const actual = run(inputs).loss.dataSync()[0] as number;
      expect(actual).toBeCloseTo(expected, 5);
    }
    eager.variables.forEach((variable, i) => {
      const other = compiled.variables[i] as tf.Variable;
      const difference = tf.max(tf.abs(tf.sub(variable, other))).dataSync()[0];
      expect(difference).toBeLessThan(1e-5);
    });
    expect(run.recordings()).toBe(recording ? 1 : 0);
    run.dispose();
  });

  it('sees variables that eager code assigns between runs', () => {
    const variable = tf.variable(tf.scalar(2));
    const double = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, variable) }));
    const x = tf.scalar(3);
    expect(double({ x }).y.dataSync()[0]).toBe(6);
    variable.assign(tf.scalar(10));
    expect(double({ x }).y.dataSync()[0]).toBe(30);
  });

  it('records anew for another shape and keeps at most maxRecordings', () => {
    const sum = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.sum(x) }), { maxRecordings: 2 });
    for (const length of [1, 2, 3, 4, 2]) {
      expect(sum({ x: tf.ones([length]) }).y.dataSync()[0]).toBe(length);
    }
    expect(sum.recordings()).toBe(recording ? 2 : 0);
  });

  it('returns an input, a constant and the same tensor twice', () => {
    const run = compile(({ x }: { x: tf.Tensor }) => {
      const y = tf.add(x, 1);
      return { same: x.clone(), constant: tf.scalar(7), y, again: y.clone() };
    });
    for (let i = 0; i < 3; i++) {
      const out = run({ x: tf.scalar(i) });
      const values = [out.same, out.constant, out.y, out.again].map((t) => t.dataSync()[0]);
      expect(values).toEqual([i, 7, i + 1, i + 1]);
    }
  });

  it('does not leak tensors', () => {
    const { step } = trainingStep(3);
    const run = compile(step);
    const inputs = batch(new Random(5));
    run(inputs).loss.dispose();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) run(inputs).loss.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses host reads while recording, and works again after', ({ skip }) => {
    skip(!recording, 'only the TensorFlow engine records');
    const bad = compile(({ x }: { x: tf.Tensor }) => {
      const value = tf.add(x, 1).dataSync()[0] as number;
      return { y: tf.mul(x, value) };
    });
    expect(() => bad({ x: tf.scalar(1) })).toThrow(/reads the value of a tensor/);
    const good = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) }));
    expect(good({ x: tf.scalar(4) }).y.dataSync()[0]).toBe(8);
  });

  it('names the input that is no live tensor', () => {
    const run = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) }));
    const x = tf.scalar(1);
    x.dispose();
    expect(() => run({ x })).toThrow(/input 'x'/);
  });
});
