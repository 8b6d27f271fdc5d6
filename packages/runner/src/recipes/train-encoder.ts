import { phraseTarget, REGION_VOCABULARY } from '@omnict/phantom';
import {
  saveSiglipEncoder,
  SiglipEncoder,
  SiglipVisionTransformer,
  SLICES_PER_UNIT,
} from '@omnict/encoding';
import { Random } from '@omnict/core';
import { type NamedTensors, writeSafetensors } from '@omnict/nn';
import { compilePhraseReader, RegionPhraseHead, train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { PHRASE_HEAD_FILE } from './check-encoder';
import { PhantomPool } from './phantom-pool';
import type { EncoderRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';
import { scorePhrases } from './score-phrases';
import { type Unit, UnitStream } from './unit-stream';

const { organs: ORGAN_PHRASE_COUNT, phrases } = REGION_VOCABULARY;
const PHRASE_COUNT = phrases.length;

/** Units that the encoder is scored on. */
const TEST_UNITS = 400;

/** Weight of a finding that is there: there are few. */
const FINDING_WEIGHT = 6;

/**
 * Trains a SigLIP-like encoder from nothing, by telling which phrases describe each patch of a stream
 * of phantoms, and writes it as a Hugging Face folder.
 *
 * @returns average precision over phrases of organs and of findings, on phantoms not trained on
 */
export async function trainEncoder(
  recipe: EncoderRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const { seed, encoder, stream } = recipe;
  const side = Math.floor(encoder.imageSize / encoder.patchSize);
  const poolOf = (name: string, size: number): PhantomPool =>
    new PhantomPool({
      name: `${seed}/${name}`,
      size,
      shape: [stream.depth, encoder.imageSize, encoder.imageSize],
      window: recipe.window,
      crowded: stream.crowded,
    });
  const unitsOf = (pool: PhantomPool, name: string): UnitStream =>
    new UnitStream(
      pool,
      { patches: side, composed: stream.composed, rejectEmpty: stream.rejectEmpty },
      `${seed}/${name}`,
    );
  const random = new Random(`siglip-tiny/${seed}`);
  const tower = new SiglipVisionTransformer(encoder, random);
  const head = new RegionPhraseHead({
    featureDim: encoder.hiddenSize,
    phraseCount: PHRASE_COUNT,
    random,
  });
  log(`${tower.parameterCount()} parameters, ${PHRASE_COUNT} phrases`);
  const pool = poolOf('train', stream.pool);
  const units = unitsOf(pool, 'train');
  const parameters = new Map([
    ...tower.namedParameters('vision_model.'),
    ...head.namedParameters('head.'),
  ]);
  for (const [index, phase] of recipe.phases.entries()) {
    const keeping = new Random(`kept/${seed}/${index}`);
    await train({
      config: phase.train,
      seed,
      modalities: Array.from({ length: phase.units }, () => 'slice' as const),
      parameters,
      loss: ({ units: pixels, kept, targets, weights }) =>
        head.loss(
          tower.apply(pixels as tf.Tensor4D, kept as tf.Tensor2D | undefined).last,
          targets as tf.Tensor2D,
          weights as tf.Tensor2D,
        ),
      batchOf: (indices) => {
        pool.renew(stream.renew);
        const batch = indices.map(() => units.next());
        return trainingTensors(batch, {
          imageSize: encoder.imageSize,
          keep: phase.patches,
          random: keeping,
        });
      },
      onStep: progress,
    });
  }
  await saveSiglipEncoder(out, new SiglipEncoder(encoder, tower));
  await writeSafetensors(join(out, PHRASE_HEAD_FILE), head.phrases.namedParameters(), {
    floats: 'F16',
  });
  const testPool = poolOf('test', 60);
  testPool.renew(0);
  const test = unitsOf(testPool, 'test');
  const read = compilePhraseReader(head, (pixels) => tower.apply(pixels).last);
  return scorePhrases(
    Array.from({ length: TEST_UNITS }, () => test.next()),
    async (batch) => {
      const inputs = { units: pixelTensor(batch, encoder.imageSize) };
      const result = read(inputs);
      const values = (await result['probabilities']?.data()) as Float32Array;
      tf.dispose([inputs, result]);
      return values;
    },
  );
}

function trainingTensors(
  batch: readonly Unit[],
  { imageSize, keep, random }: { imageSize: number; keep: number | undefined; random: Random },
): NamedTensors {
  const patches = (batch[0]?.covers.length ?? 0) / PHRASE_COUNT;
  const count = keep === undefined ? patches : Math.min(keep, patches);
  const rows = batch.length * count;
  const targets = new Float32Array(rows * PHRASE_COUNT);
  const weights = new Float32Array(rows * PHRASE_COUNT);
  const kept = new Int32Array(rows);
  for (const [unit, { covers }] of batch.entries()) {
    const chosen = keep === undefined ? kept.keys() : mostTelling(covers, count, random);
    let row = unit * count;
    for (const patch of chosen) {
      if (row === (unit + 1) * count) break;
      kept[row] = keep === undefined ? row - unit * count : patch;
      for (let phrase = 0; phrase < PHRASE_COUNT; phrase++) {
        const cover = covers[(kept[row] as number) * PHRASE_COUNT + phrase] as number;
        const target = phraseTarget(cover, phrase < ORGAN_PHRASE_COUNT);
        const at = row * PHRASE_COUNT + phrase;
        targets[at] = target;
        weights[at] =
          target === 0 ? 0 : target === 1 && phrase >= ORGAN_PHRASE_COUNT ? FINDING_WEIGHT : 1;
      }
      row++;
    }
  }
  return {
    units: pixelTensor(batch, imageSize),
    ...(keep === undefined ? {} : { kept: tf.tensor2d(kept, [batch.length, count], 'int32') }),
    targets: tf.tensor2d(targets, [rows, PHRASE_COUNT]),
    weights: tf.tensor2d(weights, [rows, PHRASE_COUNT]),
    lossWeights: tf.ones([rows]),
  };
}

/** Indices of the patches to train on: those with findings first, then with organs, then any. */
function mostTelling(covers: Float32Array, count: number, random: Random): number[] {
  const patches = covers.length / PHRASE_COUNT;
  const scores = Float32Array.from({ length: patches }, (_, patch) => {
    const own = covers.subarray(patch * PHRASE_COUNT, (patch + 1) * PHRASE_COUNT);
    const hasFinding = own.subarray(ORGAN_PHRASE_COUNT).some((cover) => cover > 0);
    const hasOrgan = own.subarray(0, ORGAN_PHRASE_COUNT).some((cover) => cover > 0);
    return random.uniform() + (hasFinding ? 2 : 0) + (hasOrgan ? 1 : 0);
  });
  return [...scores.keys()]
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, count);
}

function pixelTensor(batch: readonly Unit[], imageSize: number): tf.Tensor4D {
  const size = SLICES_PER_UNIT * imageSize * imageSize;
  const pixels = new Float32Array(batch.length * size);
  batch.forEach((unit, index) => pixels.set(unit.pixels, index * size));
  return tf.tensor4d(pixels, [batch.length, SLICES_PER_UNIT, imageSize, imageSize]);
}
