import { Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MoeHybridProjection } from '../src/index';

/** Eqs. 3 and 4 transcribed in PyTorch: tools/reference/generate.py. */
const expected = JSON.parse(
  readFileSync(new URL('./expected/projection.json', import.meta.url), 'utf8'),
) as {
  shape: [number, number, number, number, number];
  embedded: number[];
  block: number;
  hidden: number;
  out: number;
  parameters: Record<string, number[]>;
  volume: number[][];
  slice: number[][];
};

describe('MoE hybrid projection', () => {
  let projection: MoeHybridProjection;
  let tokens: tf.Tensor5D;

  beforeAll(async () => {
    await selectEngine();
    const [, units, side] = expected.shape;
    const channels = expected.embedded.length / (units * side * side);
    projection = new MoeHybridProjection({
      tokenDim: channels,
      sliceBlock: 1,
      volumeBlock: expected.block,
      hiddenDim: expected.hidden,
      outputDim: expected.out,
      random: new Random(0),
    });
    for (const [name, variable] of projection.namedParameters()) {
      variable.assign(tf.tensor(expected.parameters[name] as number[], variable.shape));
    }
    tokens = tf.tensor5d(expected.embedded, [1, units, side, side, channels]);
  });

  const expectRows = (output: tf.Tensor, rows: number[][]): void => {
    expect(output.shape).toEqual([1, rows.length, expected.out]);
    const values = output.dataSync();
    rows.flat().forEach((value, i) => {
      expect(Math.abs((values[i] as number) - value)).toBeLessThan(
        1e-4 * Math.max(1, Math.abs(value)),
      );
    });
  };

  it('routes volumes through unshuffling and their expert', () => {
    expectRows(projection.apply(tokens, 'volume'), expected.volume);
  });

  it('routes slices through theirs, one token each', () => {
    const [, , height, width, channels] = tokens.shape;
    const slice = tf.slice(tokens, [0, 0, 0, 0, 0], [1, 1, height, width, channels]) as tf.Tensor5D;
    expectRows(projection.apply(slice, 'slice'), expected.slice);
  });

  it('gives each expert gradients from its own modality only, the shared matrix from both', () => {
    const names = [...projection.namedParameters().keys()];
    const variables = [...projection.namedParameters().values()];
    const norms = (modality: 'slice' | 'volume'): Record<string, boolean> => {
      const { grads } = tf.variableGrads(
        () =>
          tf.add(
            tf.sum(tf.square(projection.apply(tokens, modality))),
            // Touches every variable, since variableGrads wants all of them in the graph.
            tf.mul(0, tf.addN(variables.map((variable) => tf.sum(variable)))),
          ) as tf.Scalar,
        variables,
      );
      return Object.fromEntries(
        names.map((name, i) => {
          const gradient = grads[(variables[i] as tf.Variable).name] as tf.Tensor;
          return [name, (tf.sum(tf.abs(gradient)).dataSync()[0] as number) > 0];
        }),
      );
    };
    expect(norms('slice')).toMatchObject({
      'slice_expert.weight': true,
      'volume_expert.weight': false,
      'shared.weight': true,
    });
    expect(norms('volume')).toMatchObject({
      'slice_expert.weight': false,
      'volume_expert.weight': true,
      'shared.weight': true,
    });
  });
});
