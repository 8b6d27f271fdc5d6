import { loadVisionEncoder } from '@omnict/encoding';
import { loadCausalDecoder, loadTextEncoder } from '@omnict/llm';
import { compile, type NamedTensors, selectEngine } from '@omnict/nn';
import { Random, type Shape3D } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

/** Small random checkpoints, one of each architecture. */
const EXPECTED = fileURLToPath(new URL('./expected', import.meta.url));

beforeAll(async () => {
  await selectEngine();
});
afterEach(() => tf.disposeVariables());

type Forward = (inputs: NamedTensors) => tf.Tensor;

function normal(shape: number[], seed: string): tf.Tensor {
  const random = new Random(seed);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal());
  return tf.tensor(values, shape);
}

/** Output and gradients by every parameter that it depends on. */
function withGradients(forward: Forward, parameters: tf.Variable[]) {
  return (inputs: NamedTensors): NamedTensors => {
    const { value, grads } = tf.variableGrads(() => {
      const output = forward(inputs);
      return tf.mean(tf.square(output)) as tf.Scalar;
    }, parameters);
    return { value, output: forward(inputs), ...grads };
  };
}

/** The recorded graph against eager execution, on inputs of several shapes. */
function expectEqual(forward: Forward, shapes: readonly NamedTensors[]): void {
  const parameters = Object.values(tf.engine().state.registeredVariables);
  const run = withGradients(forward, parameters);
  const compiled = compile(run);
  for (const inputs of shapes) {
    const actual = compiled(inputs);
    process.env['OMNICT_COMPILE'] = 'off';
    const wanted = tf.tidy(() => run(inputs));
    delete process.env['OMNICT_COMPILE'];
    expect(Object.keys(actual)).toEqual(Object.keys(wanted));
    for (const [name, tensor] of Object.entries(wanted)) {
      const [a, b] = [actual[name] as tf.Tensor, tensor].map((x) => x.dataSync() as Float32Array);
      const scale = (b as Float32Array).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-2);
      (a as Float32Array).forEach((value, i) => {
        const difference = Math.abs(value - ((b as Float32Array)[i] as number));
        expect(difference / scale, name).toBeLessThan(1e-5);
      });
    }
    tf.dispose([actual, wanted]);
  }
  compiled.dispose();
}

describe('compiled equals eager, output and gradients', () => {
  const encoders: readonly [string, Shape3D][] = [
    ['siglip', [7, 21, 21]],
    ['dinov3', [6, 16, 16]],
    ['videomae', [6, 16, 16]],
    ['m3d-clip', [4, 16, 16]],
    ['wan-vae', [9, 16, 16]],
  ];
  it.each(encoders)('encoder %s', async (name, size) => {
    const encoder = await loadVisionEncoder(join(EXPECTED, name), { size });
    if (encoder.takes === 'units') {
      const [, height, width] = size;
      expectEqual(
        ({ x }) => encoder.encode(x as tf.Tensor4D),
        [1, 3].map((count) => ({ x: normal([count, 3, height, width], `${name}/${count}`) })),
      );
    } else {
      expectEqual(({ x }) => encoder.encode(x as tf.Tensor3D), [{ x: normal([...size], name) }]);
    }
  });

  it.each(['qwen2', 'phi3', 'phi4-mini-short'])('language model %s', async (name) => {
    const model = await loadCausalDecoder(join(EXPECTED, name));
    const random = new Random(name);
    const shapes = Array.from({ length: 3 }, (_, index) => {
      const [batch, length] = [1 + random.integer(3), 2 + random.integer(14)];
      const positions = Int32Array.from({ length: batch * length }, (_, i) => i % length);
      const mask = positions.map((position) => (position < length - index ? 1 : 0));
      return {
        embeddings: normal([batch, length, model.hiddenSize], `${name}/${index}`),
        positions: tf.tensor2d(positions, [batch, length], 'int32'),
        attentionMask: tf.tensor2d(mask, [batch, length], 'int32'),
      };
    });
    for (const recomputeLayers of [false, true]) {
      expectEqual(
        (inputs) => {
          const { embeddings, positions, attentionMask } = inputs;
          const { hidden } = model.forward({
            embeddings: embeddings as tf.Tensor3D,
            positions: positions as tf.Tensor2D,
            attentionMask: attentionMask as tf.Tensor2D,
            recomputeLayers,
          });
          return model.logits(tf.reshape(hidden, [-1, model.hiddenSize]));
        },
        shapes.slice(0, recomputeLayers ? 1 : 3),
      );
    }
  });

  it.each(['bert', 'roberta-classifier'])('text encoder %s', async (name) => {
    const model = await loadTextEncoder(join(EXPECTED, name));
    const random = new Random(name);
    const shapes = Array.from({ length: 2 }, () => {
      const [batch, length] = [1 + random.integer(3), 3 + random.integer(8)];
      const ids = Int32Array.from({ length: batch * length }, () => 5 + random.integer(20));
      return {
        ids: tf.tensor2d(ids, [batch, length], 'int32'),
        attentionMask: tf.ones([batch, length], 'int32'),
      };
    });
    expectEqual(
      ({ ids, attentionMask }) =>
        model.encoder
          .apply({
            ids: ids as tf.Tensor2D,
            attentionMask: attentionMask as tf.Tensor2D,
          })
          .at(-1) as tf.Tensor3D,
      shapes,
    );
  });
});
