import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentEngine, selectEngine } from '../engine/engine';
import { UnsupportedError } from '@omnict/core';
import { compile } from './compile';

describe('a recording', () => {
  let recording = false;
  beforeAll(async () => {
    await selectEngine();
    recording = (await currentEngine()).name.startsWith('tensorflow');
  });
  afterAll(() => tf.disposeVariables());

  it('records with one tensor for each large shape, and computes with the right ones', ({
    skip,
  }) => {
    skip(!recording, 'only the TensorFlow engine records');
    const weight = tf.variable(tf.randomNormal([128, 128], 0, 0.1, 'float32', 1));
    const twin = tf.variable(tf.clone(weight));
    const step = (own: tf.Variable) => (inputs: { x: tf.Tensor }) => {
      const x = inputs.x as tf.Tensor2D;
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(tf.tanh(tf.matMul(tf.matMul(x, own), own)))) as tf.Scalar,
        [own],
      );
      own.assign(tf.sub(own, grads[own.name] as tf.Tensor));
      return { value };
    };
    const run = compile(step(weight));
    const x = tf.randomNormal([128, 128], 0, 1, 'float32', 2);
    for (let i = 0; i < 3; i++) {
      const expected = tf.tidy(() => step(twin)({ x }).value);
      expect(run({ x }).value.dataSync()[0]).toBeCloseTo(expected.dataSync()[0] as number, 5);
    }
    expect(tf.max(tf.abs(tf.sub(weight, twin))).dataSync()[0]).toBeLessThan(1e-5);
  });

  it('records anew when a large tensor is an index that its stand-in is not', () => {
    const rows = tf.variable(tf.range(0, 10));
    const pick = compile(({ x }: { x: tf.Tensor }) => {
      const far = tf.mul(x, 1e6); // the first of its shape
      const index = tf.cast(tf.mul(x, 2), 'int32');
      return { y: tf.add(tf.gather(rows, index), tf.mul(far, 0)) };
    });
    const x = tf.fill([128, 128], 3);
    for (let i = 0; i < 2; i++) expect(pick({ x }).y.dataSync()[5]).toBe(6);
  });

  it('refuses a tensor that was kept from a recording', ({ skip }) => {
    skip(!recording, 'only the TensorFlow engine records');
    const kept: tf.Tensor[] = [];
    const run = compile(({ x }: { x: tf.Tensor }) => {
      kept.push(tf.keep(tf.mul(x, 2)), tf.keep(tf.mul(x, 3)));
      return { y: tf.sum(x) };
    });
    const { numTensors } = tf.memory();
    tf.dispose(run({ x: tf.ones([128, 128]) }));
    for (const tensor of kept) {
      expect(() => tensor.dataSync()).toThrow(UnsupportedError);
      expect(() => tf.add(tensor, 1)).toThrow(/used outside of it/);
    }
    tf.dispose(kept);
    expect(tf.memory().numTensors - numTensors).toBe(1); // x
  });
});
