import type { Random } from '@omnict/core';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import type { NamedTensors } from '@omnict/nn';
import { phraseTarget, REGION_VOCABULARY } from '@omnict/phantom';
import * as tf from '@tensorflow/tfjs-core';
import { PhantomPool } from './phantom-pool';
import type { EncoderRecipe } from './recipe-schema';
import { type Unit, UnitStream } from './unit-stream';

const { organs: ORGAN_PHRASE_COUNT, phrases } = REGION_VOCABULARY;
const PHRASE_COUNT = phrases.length;

/** Weight of a finding that is there: there are few. */
const FINDING_WEIGHT = 6;

/** A stream of a recipe's units. @param name streams of other names share no phantom */
export function unitSource(
  { seed, encoder, stream, window }: EncoderRecipe,
  name: string,
  size = stream.pool,
): { pool: PhantomPool; units: UnitStream } {
  const pool = new PhantomPool({
    name: `${seed}/${name}`,
    size,
    shape: [stream.depth, encoder.imageSize, encoder.imageSize],
    window,
    crowded: stream.crowded,
  });
  const patches = Math.floor(encoder.imageSize / encoder.patchSize);
  const { composed, rejectEmpty } = stream;
  return {
    pool,
    units: new UnitStream(pool, { patches, composed, rejectEmpty }, `${seed}/${name}`),
  };
}

/**
 * Uploads units with what their patches should say. With `keep`, so many patches of each unit are
 * trained on, those with findings first.
 */
export function trainingTensors(
  batch: readonly Unit[],
  { imageSize, keep, random }: { imageSize: number; keep?: number | undefined; random: Random },
): NamedTensors {
  const patches = (batch[0]?.covers.length ?? 0) / PHRASE_COUNT;
  const count = keep === undefined ? patches : Math.min(keep, patches);
  const rows = batch.length * count;
  const targets = new Float32Array(rows * PHRASE_COUNT);
  const weights = new Float32Array(rows * PHRASE_COUNT);
  const kept = new Int32Array(rows);
  for (const [unit, { covers }] of batch.entries()) {
    const chosen =
      keep === undefined
        ? Array.from({ length: count }, (_, patch) => patch)
        : mostTelling(covers, count, random);
    for (const [place, patch] of chosen.entries()) {
      const row = unit * count + place;
      kept[row] = patch;
      for (let phrase = 0; phrase < PHRASE_COUNT; phrase++) {
        const cover = covers[patch * PHRASE_COUNT + phrase] as number;
        const target = phraseTarget(cover, phrase < ORGAN_PHRASE_COUNT);
        const at = row * PHRASE_COUNT + phrase;
        targets[at] = target;
        weights[at] =
          target === 0 ? 0 : target === 1 && phrase >= ORGAN_PHRASE_COUNT ? FINDING_WEIGHT : 1;
      }
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

/** Uploads the pixels of units. @returns float32 `[N, 3, H, W]` */
export function pixelTensor(batch: readonly Unit[], imageSize: number): tf.Tensor4D {
  const size = SLICES_PER_UNIT * imageSize * imageSize;
  const pixels = new Float32Array(batch.length * size);
  batch.forEach((unit, index) => pixels.set(unit.pixels, index * size));
  return tf.tensor4d(pixels, [batch.length, SLICES_PER_UNIT, imageSize, imageSize]);
}
