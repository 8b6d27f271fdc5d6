import { type EngineName, gatherRows, selectEngine } from '@omnict/nn';
import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachLora,
  type CausalDecoder,
  loadCausalDecoder,
  loraParameters,
  type SequenceGroup,
} from '../src/index';

const GRADIENTS = fileURLToPath(new URL('./expected/gradients', import.meta.url));
const WINDOWS = fileURLToPath(new URL('../../model/test/expected/qwen2-windows', import.meta.url));

/** Sequences as they are, and the same cut into shared beginnings and the rest. */
interface Case {
  whole: { embeddings: tf.Tensor3D; group: SequenceGroup; rows: tf.Tensor1D };
  grouped: { embeddings: tf.Tensor2D; groups: SequenceGroup[] };
}

/**
 * Groups of random sizes with padding at random ends. As whole sequences each has its beginning itself,
 * and all are padded on the right to one length.
 */
function randomCase(model: CausalDecoder, random: Random, groupCount: number): Case {
  const size = model.hiddenSize;
  const normal = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
      shape,
    );
  const sizes = Array.from({ length: groupCount }, (_, index) => ({
    prefixes: 1 + random.integer(3),
    each: 1 + random.integer(3),
    prefixLength: index === 2 ? 0 : 2 + random.integer(5),
    length: 3 + random.integer(5),
    queries: 1 + random.integer(3),
  }));
  const longest = Math.max(...sizes.map(({ prefixLength, length }) => prefixLength + length));
  const groups: SequenceGroup[] = [];
  const flat: tf.Tensor[] = [];
  const [rowsOf, positionsOf, maskOf]: [tf.Tensor[], number[][], number[][]] = [[], [], []];
  const wanted: number[] = [];
  for (const { prefixes, each, prefixLength, length, queries } of sizes) {
    const rows = prefixes * each;
    const beginnings = normal(prefixes, prefixLength, size);
    const own = normal(rows, length, size);
    const [positions, mask, places]: [number[][], number[][], number[][]] = [[], [], []];
    for (let row = 0; row < rows; row++) {
      const real = 1 + random.integer(length);
      const skipped = real > 2 && random.uniform() < 0.5 ? 1 : -1; // an organ token that is absent
      let next = prefixLength;
      mask.push(Array.from({ length }, (_, i) => (i < real && i !== skipped ? 1 : 0)));
      positions.push(mask[row]?.map((kept) => (kept === 1 ? next++ : next)) as number[]);
      places.push(Array.from({ length: queries }, () => random.integer(real)));
      const rest = longest - prefixLength - length;
      const fill = new Array<number>(rest).fill(0);
      const before = Array.from({ length: prefixLength }, (_, i) => i);
      positionsOf.push([...before, ...(positions[row] as number[]), ...fill]);
      maskOf.push([...before.map(() => 1), ...(mask[row] as number[]), ...fill]);
      const begin = rowsOf.length * longest + prefixLength;
      wanted.push(...(places[row] as number[]).map((place) => begin + place));
      rowsOf.push(
        tf.concat([
          tf.reshape(
            tf.slice(beginnings, [Math.floor(row / each), 0, 0], [1, prefixLength, size]),
            [prefixLength, size],
          ),
          tf.reshape(tf.slice(own, [row, 0, 0], [1, length, size]), [length, size]),
          tf.zeros([rest, size]),
        ]),
      );
    }
    const int = (values: number[][]): tf.Tensor2D => tf.tensor2d(values, undefined, 'int32');
    if (prefixLength > 0) flat.push(tf.reshape(beginnings, [-1, size]));
    flat.push(tf.reshape(own, [-1, size]));
    groups.push({
      positions: int(positions),
      attentionMask: int(mask),
      places: int(places),
      ...(prefixLength > 0 && {
        prefix: {
          positions: int(
            Array.from({ length: prefixes }, () =>
              Array.from({ length: prefixLength }, (_, i) => i),
            ),
          ),
        },
      }),
    });
  }
  return {
    whole: {
      embeddings: tf.stack(rowsOf) as tf.Tensor3D,
      group: {
        positions: tf.tensor2d(positionsOf, undefined, 'int32'),
        attentionMask: tf.tensor2d(maskOf, undefined, 'int32'),
      },
      rows: tf.tensor1d(wanted, 'int32'),
    },
    grouped: { embeddings: tf.concat(flat) as tf.Tensor2D, groups },
  };
}

/** Loss and gradients by all parameters. */
function gradients(
  parameters: readonly tf.Variable[],
  logits: () => tf.Tensor2D,
): { value: tf.Tensor; grads: tf.NamedTensorMap } {
  return tf.variableGrads(() => {
    const scores = logits();
    const random = new Random('weights');
    const weights = Float32Array.from({ length: scores.size }, () => random.normal());
    return tf.sum(tf.mul(tf.logSoftmax(scores), tf.tensor(weights, scores.shape))) as tf.Scalar;
  }, [...parameters]);
}

function expectEqual(actual: tf.Tensor, wanted: tf.Tensor, name: string): void {
  const scale = Math.max((tf.max(tf.abs(wanted)).dataSync() as Float32Array)[0] as number, 1e-2);
  const difference = tf.max(tf.abs(tf.sub(actual, wanted))).dataSync()[0] as number;
  expect(difference / scale, name).toBeLessThan(1e-5);
}

/** Shared beginnings and wanted places on one engine, against whole sequences. */
export function describeGroups(engine?: EngineName): void {
  describe(`groups of sequences on ${engine ?? 'the best engine here'}`, () => {
    beforeAll(async () => {
      await selectEngine(engine);
    });

    const models: readonly [string, string, boolean][] = [
      ['qwen2', join(GRADIENTS, 'qwen2'), false],
      ['phi3', join(GRADIENTS, 'phi3'), false],
      ['qwen2 with LoRA', join(GRADIENTS, 'qwen2-tied'), true],
      ['qwen2 with sliding windows', WINDOWS, false],
    ];
    it.each(models)('give the losses and gradients of whole ones: %s', async (name, path, lora) => {
      const model = await loadCausalDecoder(path);
      const targets = ['q_proj', 'v_proj', 'o_proj', 'down_proj'];
      if (lora) attachLora(model, { rank: 2, alpha: 4, targets }, new Random('lora'));
      const updates = lora ? loraParameters(model) : new Map<string, tf.Variable>();
      for (const [parameter, variable] of updates) {
        const random = new Random(parameter);
        variable.assign(
          tf.tensor(
            Float32Array.from({ length: variable.size }, () => 0.1 * random.normal()),
            variable.shape,
          ),
        );
      }
      const named = lora ? updates : model.namedParameters();
      const parameters = [...named.values()];
      const random = new Random(name);
      for (let round = 0; round < 6; round++) {
        const { whole, grouped } = randomCase(model, random, 1 + (round % 3));
        const recomputeLayers = round % 2 === 1;
        const expected = gradients(parameters, () => {
          const { embeddings, group, rows } = whole;
          const { hidden } = model.forward({ embeddings, ...group });
          return model.logits(gatherRows(tf.reshape(hidden, [-1, model.hiddenSize]), rows));
        });
        const actual = gradients(parameters, () =>
          model.logits(model.forwardGroups({ ...grouped, recomputeLayers }).hidden),
        );
        expectEqual(actual.value, expected.value, 'loss');
        for (const [parameter, variable] of named) {
          const gradient = expected.grads[variable.name];
          if (gradient === undefined) continue; // embeddings are given
          expectEqual(actual.grads[variable.name] as tf.Tensor, gradient, parameter);
        }
      }
      model.dispose();
    });

    it('give the gradients of whole ones by the embeddings', async () => {
      const model = await loadCausalDecoder(join(GRADIENTS, 'qwen2'));
      const random = new Random('embeddings');
      const size = model.hiddenSize;
      const rows = Array.from({ length: 3 * 4 * size }, () => random.normal());
      const ends = Array.from({ length: 6 * 3 * size }, () => random.normal());
      const int = (count: number, length: number, begin: number): tf.Tensor2D =>
        tf.tensor2d(
          Array.from({ length: count }, () => Array.from({ length }, (_, i) => begin + i)),
          [count, length],
          'int32',
        );
      const loss = (hidden: tf.Tensor): tf.Scalar => tf.sum(tf.sin(hidden));
      const shared = (prefix: tf.Tensor, own: tf.Tensor): tf.Scalar =>
        loss(
          model.forwardGroups({
            embeddings: tf.concat([tf.reshape(prefix, [-1, size]), tf.reshape(own, [-1, size])]),
            groups: [
              {
                positions: int(6, 3, 4),
                attentionMask: tf.ones([6, 3], 'int32'),
                prefix: { positions: int(3, 4, 0) },
              },
            ],
          }).hidden,
        );
      const whole = (prefix: tf.Tensor, own: tf.Tensor): tf.Scalar => {
        const each = tf.reshape(tf.tile(tf.expandDims(prefix, 1), [1, 2, 1, 1]), [6, 4, size]);
        const { hidden } = model.forward({
          embeddings: tf.concat([each, own], 1) as tf.Tensor3D,
          positions: int(6, 7, 0),
          attentionMask: tf.ones([6, 7], 'int32'),
        });
        return loss(tf.slice(hidden, [0, 4, 0], [6, 3, size]));
      };
      const inputs = [tf.tensor(rows, [3, 4, size]), tf.tensor(ends, [6, 3, size])];
      const expected = tf.grads(whole)(inputs);
      tf.grads(shared)(inputs).forEach((gradient, index) => {
        expectEqual(gradient, expected[index] as tf.Tensor, `input ${index}`);
      });
      model.dispose();
    });
  });
}
