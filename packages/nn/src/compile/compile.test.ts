import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { currentEngine, selectEngine } from '../engine/engine';
import { ConfigError, Random, ShapeError, UnsupportedError } from '@omnict/core';
import { addInPlace } from '../fast/add-in-place';
import { Linear } from '../layers/linear';
import { layerNorm } from '../ops/layer-norm';
import { softmaxCrossEntropy } from '../ops/softmax-cross-entropy';
import type { TensorFlowBackend } from '../engine/tensorflow-backend';
import { compile } from './compile';
import { type Instrumentation, instrumentationOf } from './instrumented-binding';

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

  it('runs eagerly before it records, as often as is asked, with equal results', () => {
    const matrix = tf.variable(tf.tensor2d([1.001, 2, 3, 4.003], [2, 2]));
    const multiply = ({ x }: { x: tf.Tensor }) => ({ y: tf.matMul(x as tf.Tensor2D, matrix) });
    const run = compile(multiply, { eagerCalls: 1 });
    const results = [1, 2, 3].map(() => {
      const { y } = run({ x: tf.ones([3, 2]) });
      return { values: y.dataSync().join(), recordings: run.recordings() };
    });
    expect(new Set(results.map(({ values }) => values)).size).toBe(1);
    const counts = results.map(({ recordings }) => recordings);
    expect(counts).toEqual(recording ? [0, 1, 1] : [0, 0, 0]);
    run({ x: tf.ones([4, 2]) }); // another shape is counted by itself
    expect(run.recordings()).toBe(recording ? 1 : 0);
    if (!recording) return;
    const rounded = compile(multiply, { eagerCalls: 1, precision: 'bf16' });
    rounded({ x: tf.ones([3, 2]) });
    expect(rounded.recordings()).toBe(1);
  });

  it('is fed its inputs alone: what it only reads stays in the graph until it changes', () => {
    if (!recording) return;
    const frozen = tf.variable(tf.ones([64, 64]));
    const trained = tf.variable(tf.ones([64, 64]));
    const x = tf.ones([2, 64]);
    const inputBytes = x.size * 4;
    const evaluate = compile(
      () => ({
        y: tf.add(tf.sum(tf.matMul(x as tf.Tensor2D, frozen as tf.Tensor2D)), tf.sum(trained)),
      }),
      { name: 'evaluate' },
    );
    const train = compile(({ input }: { input: tf.Tensor }) => {
      const product = tf.matMul(input as tf.Tensor2D, frozen as tf.Tensor2D);
      trained.assign(tf.sub(trained, tf.mul(0.001, tf.mean(product))));
      return { loss: tf.sum(tf.matMul(product, trained as tf.Tensor2D)) };
    });
    const { binding } = tf.backend() as unknown as TensorFlowBackend;
    const { tensors } = instrumentationOf(tf.backend()) as Instrumentation;
    const runSavedModel = vi.spyOn(binding, 'runSavedModel');
    /** Bytes that a call supplies to graphs. */
    const fed = (call: () => Record<string, tf.Tensor>): number => {
      runSavedModel.mockClear();
      tf.dispose(call());
      const ids = runSavedModel.mock.calls.flatMap(([, inputs]) => inputs);
      return ids.reduce(
        (sum, id) => sum + 4 * tf.util.sizeFromShape(tensors.get(id)?.shape ?? []),
        0,
      );
    };
    const weightBytes = frozen.size * 4;
    expect(fed(() => train({ input: x }))).toBeGreaterThanOrEqual(2 * weightBytes); // put in
    for (let step = 0; step < 3; step++) {
      expect(fed(() => train({ input: x }))).toBe(inputBytes); // no weights
    }
    fed(() => evaluate({}));
    expect(fed(() => evaluate({}))).toBe(weightBytes); // what is trained is fed, what is frozen is not
    const before = evaluate({}).y.dataSync()[0] as number;
    train({ input: x });
    expect(evaluate({}).y.dataSync()[0]).toBeLessThan(before - 1);
    frozen.assign(tf.zeros([64, 64]));
    expect(evaluate({}).y.dataSync()[0]).toBeCloseTo(tf.sum(trained).dataSync()[0] as number, 2);
    expect(train({ input: x }).loss.dataSync()[0]).toBe(0);
    runSavedModel.mockRestore();
    for (const graph of [train, evaluate]) graph.dispose();
  });

  it('lets go of what it held when a graph begins to update it', () => {
    const weight = tf.variable(tf.ones([8]));
    const read = compile(() => ({ y: tf.sum(weight) }));
    const update = compile(() => {
      weight.assign(tf.add(weight, 1));
      return { y: tf.sum(weight) };
    });
    const value = (run: () => { y: tf.Tensor }) => run().y.dataSync()[0];
    expect(
      [read, read, update, read, update, update, read].map((run) => value(() => run({}))),
    ).toEqual([8, 8, 16, 16, 24, 32, 32]);
    if (recording) {
      const { holders } = instrumentationOf(tf.backend()) as Instrumentation;
      expect([...holders.of.keys()].includes(weight)).toBe(false);
    }
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
    expect(() => bad({ x: tf.scalar(1) })).toThrow(
      /'function' reads the value of a tensor .*compile\.test\.ts:\d+/,
    );
    const good = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) }));
    expect(good({ x: tf.scalar(4) }).y.dataSync()[0]).toBe(8);
  });

  it('names the input that is no live tensor', () => {
    const run = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) }));
    const x = tf.scalar(1);
    x.dispose();
    expect(() => run({ x })).toThrow(/input 'x'/);
  });

  it('keeps variables in the graph, and shows them to whoever looks', () => {
    const { step, variables } = trainingStep(7);
    const run = compile(step);
    const eager = trainingStep(7);
    const copies: tf.Tensor[] = [];
    for (let i = 0; i < 6; i++) {
      const inputs = batch(new Random(i), 4 + (i % 2)); // two graphs take turns
      run(inputs).loss.dispose();
      tf.tidy(() => void eager.step(inputs));
      if (i === 2) copies.push(...variables.map((variable) => tf.clone(variable)));
    }
    expect(run.recordings()).toBe(recording ? 2 : 0);
    variables.forEach((variable, i) => {
      const expected = (eager.variables[i] as tf.Variable).dataSync();
      variable.dataSync().forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k] as number, 5);
      });
    });
    // A clone keeps the value it was made of, however often the graph updates the variable after.
    const [copy] = copies as [tf.Tensor];
    expect(copy.dataSync()).not.toEqual((variables[0] as tf.Variable).dataSync());
    const before = (variables[0] as tf.Variable).dataSync();
    run.dispose();
    expect((variables[0] as tf.Variable).dataSync()).toEqual(before);
  });

  it('updates in place as eager execution does, also where reads and updates alternate', () => {
    const make = () => {
      const sum = tf.variable(tf.tensor1d([1, 2]));
      const step = ({ x }: { x: tf.Tensor }) => {
        const first = tf.mul(sum, 2);
        addInPlace(sum, x);
        const second = tf.add(sum, first);
        sum.assign(tf.mul(sum, 0.5));
        addInPlace(sum, x);
        return { second, last: tf.clone(sum) };
      };
      return { step, sum };
    };
    const [eager, compiled] = [make(), make()];
    const run = compile(compiled.step);
    for (let i = 0; i < 4; i++) {
      const x = tf.tensor1d([i, -i]);
      const expected = tf.tidy(() => eager.step({ x }));
      const actual = run({ x });
      expect(actual.second.dataSync()).toEqual(expected.second.dataSync());
      expect(actual.last.dataSync()).toEqual(expected.last.dataSync());
    }
    expect(compiled.sum.dataSync()).toEqual(eager.sum.dataSync());
  });

  it('takes arrays that later change, and survives that TensorFlow frees them on its own threads', () => {
    const variable = tf.variable(tf.zeros([4096]));
    const run = compile(({ x }: { x: tf.Tensor }) => {
      variable.assign(tf.add(x, 0));
      return { y: tf.sum(x) };
    });
    const values = new Float32Array(4096).fill(1);
    for (let i = 0; i < 50; i++) {
      const x = tf.tensor1d(values);
      const aligned = tf.variable(x);
      x.dispose();
      expect(run({ x: aligned }).y.dataSync()[0]).toBe(4096);
      aligned.dispose();
    }
    const x = tf.tensor1d(values);
    const kept = tf.add(x, 0); // uploads x
    values.fill(2);
    expect(x.dataSync()[0]).toBe(1);
    expect(kept.dataSync()[0]).toBe(1);
  });

  it('multiplies in bfloat16 and keeps the rest in float32', ({ skip }) => {
    skip(!recording, 'only the TensorFlow engine multiplies in bfloat16');
    const weight = tf.variable(tf.tensor2d([[1 + 2 ** -9], [1]])); // 2^-9 is lost in 8 bits
    const product = ({ x }: { x: tf.Tensor }) => ({ y: tf.matMul(x as tf.Tensor2D, weight) });
    const rounded = compile(product, { precision: 'bf16' });
    const x = tf.tensor2d([[1, 2 ** -12]]);
    expect(rounded({ x }).y.dataSync()[0]).toBe(1); // 8 bits hold neither addend beside 1
    expect(compile(product)({ x }).y.dataSync()[0]).toBeCloseTo(1 + 2 ** -9 + 2 ** -12, 7);
    weight.assign(tf.tensor2d([[2], [0]]));
    expect(rounded({ x }).y.dataSync()[0]).toBe(2); // the rounded copy follows
    expect(weight.dataSync()[0]).toBe(2);
  });

  it('ends wrong use in typed errors, and goes on', ({ skip }) => {
    skip(!recording, 'only the TensorFlow engine records');
    const rows = tf.variable(tf.tensor2d([[1], [2]]));
    const pick = compile(({ index }: { index: tf.Tensor }) => ({
      y: tf.gather(rows, index as tf.Tensor1D),
    }));
    const at = (index: number) => ({ index: tf.tensor1d([index], 'int32') });
    expect(pick(at(1)).y.dataSync()[0]).toBe(2);
    expect(() => pick(at(5))).toThrow(UnsupportedError);
    expect(pick(at(0)).y.dataSync()[0]).toBe(1);
    expect(() => pick(undefined as never)).toThrow(ConfigError);
    expect(() => pick({ index: 3 } as never)).toThrow(ShapeError);
    rows.dispose();
    expect(() => pick(at(0))).toThrow(/variable .* was disposed/);
    const makes = compile(() => ({ y: tf.variable(tf.scalar(1), true, 'made-inside') }));
    expect(() => makes({})).toThrow(/makes the variable 'made-inside'/);
  });

  it('tells apart inputs and variables that share their data at first', () => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const average = tf.variable(tf.clone(weight));
    const run = compile(({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => {
      weight.assign(tf.add(weight, a));
      average.assign(tf.add(tf.mul(average, 0.5), tf.mul(weight, 0.5)));
      return { difference: tf.sub(a, b) };
    });
    const one = tf.ones([2]);
    expect(run({ a: one, b: one }).difference.dataSync()).toEqual(new Float32Array([0, 0]));
    const three = tf.fill([2], 3);
    expect(run({ a: three, b: one }).difference.dataSync()).toEqual(new Float32Array([2, 2]));
    expect(Array.from(weight.dataSync())).toEqual([5, 6]);
    expect(Array.from(average.dataSync())).toEqual([3.25, 4.25]);
  });
});
