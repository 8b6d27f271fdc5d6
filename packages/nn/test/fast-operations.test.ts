import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainAdamUpdate } from '../src/fast/adam-update';
import {
  adamUpdate,
  applyRotary,
  compile,
  layerNorm,
  MASKED_SCORE,
  type NamedTensors,
  recompute,
  rotaryFrequencies,
  rotaryTable,
  scaledDotProductAttention,
  selectEngine,
  softmaxCrossEntropy,
  writeAt,
  writeFirst,
} from '../src/index';
import { Random } from '@omnict/core';
import { plainSoftmaxCrossEntropy } from '../src/ops/softmax-cross-entropy';

beforeAll(async () => {
  await selectEngine();
});

function normal(shape: number[], seed: number): tf.Tensor {
  const random = new Random(seed);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal());
  return tf.tensor(values, shape);
}

function expectClose(actual: tf.Tensor, wanted: tf.Tensor, relative = 1e-5): void {
  expect(actual.shape).toEqual(wanted.shape);
  const [a, b] = [actual, wanted].map((x) => x.dataSync() as Float32Array) as [
    Float32Array,
    Float32Array,
  ];
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
  a.forEach((value, i) => {
    expect(Math.abs(value - (b[i] as number)) / scale).toBeLessThan(relative);
  });
}

/** Output and gradients by all inputs, eagerly and compiled. */
function bothWays(
  run: (inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
): { eager: tf.Tensor[]; compiled: tf.Tensor[] } {
  const all = (values: tf.Tensor[]): tf.Tensor[] => {
    const output = run(values);
    const weights = normal(output.shape, 99);
    const loss = (...xs: tf.Tensor[]) => tf.sum(tf.mul(run(xs), weights));
    return [output, ...tf.grads(loss)(values)];
  };
  const named = (tensors: tf.Tensor[]): NamedTensors =>
    Object.fromEntries(tensors.map((tensor, i) => [`t${i}`, tensor]));
  const graph = compile((given: NamedTensors) => named(all(Object.values(given))));
  const compiled = Object.values(graph(named(inputs)));
  graph.dispose();
  return { eager: all(inputs), compiled };
}

const size = (max: number) => fc.integer({ min: 1, max });

describe('fast operations equal the plain ones, forward and backward, at random shapes', () => {
  it('layer norm, in one operation where no gradient is asked for', () => {
    const sizes = fc.tuple(size(5), size(4), fc.integer({ min: 2, max: 40 }));
    fc.assert(
      fc.property(sizes, fc.boolean(), fc.nat(), ([rows, more, width], isFlat, seed) => {
        const shape = isFlat ? [rows, width] : [rows, more, width];
        const inputs = [normal(shape, seed), normal([width], seed + 1), normal([width], seed + 2)];
        const run = ([x, weight, bias]: tf.Tensor[]) =>
          layerNorm(x as tf.Tensor, {
            weight: weight as tf.Tensor,
            bias: bias as tf.Tensor,
            epsilon: 1e-6,
          });
        const { eager, compiled } = bothWays(run, inputs);
        compiled.forEach((tensor, i) => expectClose(tensor, eager[i] as tf.Tensor, 1e-4));
      }),
      { numRuns: 20 },
    );
    const flat = compile(({ x }: NamedTensors) => ({
      y: layerNorm(x as tf.Tensor, { weight: tf.ones([8]), bias: tf.zeros([8]), epsilon: 1e-6 }),
    }));
    expect(Math.max(...flat({ x: tf.fill([3, 8], 5) }).y.dataSync())).toBe(0); // no variance
  });

  it('softmax cross-entropy', () => {
    fc.assert(
      fc.property(size(9), fc.integer({ min: 2, max: 40 }), (rows, vocabulary) => {
        const logits = normal([rows, vocabulary], rows);
        const random = new Random(vocabulary);
        const labels = tf.tensor1d(
          Int32Array.from({ length: rows }, () => random.integer(vocabulary)),
          'int32',
        );
        const plain = plainSoftmaxCrossEntropy(logits as tf.Tensor2D, labels);
        const { eager, compiled } = bothWays(
          ([z]) => softmaxCrossEntropy(z as tf.Tensor2D, labels),
          [logits],
        );
        const weights = tf.reshape(normal([rows], 99), [rows, 1]);
        for (const [losses, slopes] of [eager, compiled] as [tf.Tensor, tf.Tensor][]) {
          expectClose(losses, plain.losses);
          expectClose(slopes, tf.mul(plain.slopes, weights));
        }
      }),
      { numRuns: 6 },
    );
  });

  it('rotary embedding', () => {
    fc.assert(
      fc.property(size(3), size(12), fc.integer({ min: 1, max: 6 }), (batch, length, half) => {
        const positions = tf.tensor2d(
          Int32Array.from({ length: batch * length }, (_, i) => i),
          [batch, length],
          'int32',
        );
        const frequencies = rotaryFrequencies(2 * half, 100);
        const table = rotaryTable(positions, { frequencies, scale: 1 });
        const plain = ([x]: tf.Tensor[]): tf.Tensor => {
          const [first, second] = tf.split(x as tf.Tensor, 2, -1) as [tf.Tensor, tf.Tensor];
          const turned = tf.mul(tf.concat([tf.neg(second), first], -1), table.sin);
          return tf.add(tf.mul(x as tf.Tensor, table.cos), turned);
        };
        const x = normal([batch, 2, length, 2 * half], 3);
        const fast = bothWays(([input]) => applyRotary(input as tf.Tensor4D, table), [x]);
        const { eager } = bothWays(plain, [x]);
        eager.forEach((wanted, i) => {
          expectClose(fast.eager[i] as tf.Tensor, wanted);
          expectClose(fast.compiled[i] as tf.Tensor, wanted);
        });
      }),
      { numRuns: 6 },
    );
  });

  it('attention, whole and block by block', () => {
    const shapes = fc.record({ batch: size(2), groups: size(2), each: size(3), length: size(17) });
    fc.assert(
      fc.property(shapes, size(6), ({ batch, groups, each, length }, blockLength) => {
        const heads = groups * each;
        const q = normal([batch, heads, length, 4], 1);
        const k = normal([batch, groups, length, 4], 2);
        const v = normal([batch, groups, length, 4], 3);
        const causal = tf.tensor2d(
          Float32Array.from({ length: length ** 2 }, (_, i) =>
            i % length > Math.floor(i / length) ? MASKED_SCORE : 0,
          ),
          [length, length],
        );
        const composed = (xs: tf.Tensor[]): tf.Tensor => {
          const [qs, ks, vs] = xs as [tf.Tensor, tf.Tensor, tf.Tensor];
          const groupOfHead = Array.from({ length: heads }, (_, head) => Math.floor(head / each));
          const repeated = (x: tf.Tensor) => tf.gather(x, tf.tensor1d(groupOfHead, 'int32'), 1);
          const scores = tf.mul(tf.matMul(qs, repeated(ks), false, true), 0.5);
          return tf.matMul(tf.softmax(tf.add(scores, causal)), repeated(vs));
        };
        const wanted = bothWays(composed, [q, k, v]).eager;
        for (const block of [length, blockLength]) {
          const { eager, compiled } = bothWays(
            ([qs, ks, vs]) =>
              scaledDotProductAttention(qs as tf.Tensor4D, ks as tf.Tensor4D, {
                v: vs as tf.Tensor4D,
                bias: causal,
                blockLength: block,
              }),
            [q, k, v],
          );
          wanted.forEach((value, i) => {
            expectClose(eager[i] as tf.Tensor, value);
            expectClose(compiled[i] as tf.Tensor, value);
          });
        }
      }),
      { numRuns: 5 },
    );
  });

  it('a part that is computed again on the way back', () => {
    const weight = tf.variable(normal([5, 5], 4), true);
    const part = (x: tf.Tensor, { scale }: { scale: tf.Tensor }): tf.Tensor =>
      tf.mul(tf.tanh(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D)), scale);
    const twice =
      (again: boolean) =>
      ({ x, scale }: NamedTensors): NamedTensors => {
        const apply = (input: tf.Tensor): tf.Tensor => {
          const context = { scale: tf.mul(scale as tf.Tensor, 1) };
          const options = { parameters: [weight], context };
          return again ? recompute(part, input, options) : part(input, context);
        };
        const { value, grads } = tf.variableGrads(
          () => tf.sum(apply(apply(x as tf.Tensor))) as tf.Scalar,
          [weight],
        );
        return { value, slope: grads[weight.name] as tf.Tensor };
      };
    const inputs = { x: normal([3, 5], 5), scale: normal([5], 6) };
    const wanted = twice(false)(inputs);
    for (const actual of [twice(true)(inputs), compile(twice(true))(inputs)]) {
      expectClose(actual['value'] as tf.Tensor, wanted['value'] as tf.Tensor);
      expectClose(actual['slope'] as tf.Tensor, wanted['slope'] as tf.Tensor);
    }
  });

  it.each([0, 0.1])('twenty steps of Adam in place, weight decay %d', (weightDecay) => {
    const make = () => ({
      parameter: tf.variable(normal([7, 3], 1)),
      firstMoment: tf.variable(tf.zeros([7, 3])),
      secondMoment: tf.variable(tf.zeros([7, 3])),
    });
    const [plain, fast] = [make(), make()];
    const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
    const step = compile(({ gradient, learningRate, correction1, correction2 }: NamedTensors) => {
      const scalars = { learningRate, correction1, correction2, ...constants };
      adamUpdate(fast, gradient as tf.Tensor, scalars as Parameters<typeof adamUpdate>[2]);
      return {};
    });
    for (let t = 1; t <= 20; t++) {
      const gradient = normal([7, 3], t);
      const scalars = {
        learningRate: tf.scalar(0.01),
        correction1: tf.scalar(1 - 0.9 ** t),
        correction2: tf.scalar(1 - 0.999 ** t),
      };
      step({ gradient, ...scalars });
      plainAdamUpdate(plain, gradient, { ...scalars, ...constants });
    }
    for (const name of ['parameter', 'firstMoment', 'secondMoment'] as const) {
      // TensorFlow takes 1 - beta2 of a float32 beta2, which is off by 1.3e-5.
      expectClose(fast[name], plain[name], 2e-5);
    }
  });

  it('writes into a variable at a place and at its start', () => {
    const make = () => tf.variable(normal([2, 3, 5, 2], 8));
    const [plain, fast] = [make(), make()];
    const write =
      (variable: tf.Variable) =>
      ({ one, first, place }: NamedTensors): NamedTensors => {
        writeFirst(variable, first as tf.Tensor, 2);
        writeAt(variable, one as tf.Tensor, { axis: 2, place: place as tf.Scalar });
        return { copy: tf.clone(variable) };
      };
    const compiled = compile(write(fast));
    for (const place of [0, 3, 4]) {
      const inputs = {
        one: normal([2, 3, 1, 2], place),
        first: normal([2, 3, 2, 2], 10 + place),
        place: tf.scalar(place, 'int32'),
      };
      const wanted = write(plain)(inputs)['copy'] as tf.Tensor;
      expect((compiled(inputs)['copy'] as tf.Tensor).dataSync()).toEqual(wanted.dataSync());
      expect(fast.dataSync()).toEqual(plain.dataSync());
    }
  });
});
