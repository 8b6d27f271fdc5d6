import { REGION_VOCABULARY } from '@omnict/phantom';
import { saveSiglipEncoder, SiglipEncoder, SiglipVisionTransformer } from '@omnict/encoding';
import { Random } from '@omnict/core';
import { compilePhraseReader, RegionPhraseHead, train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import type { EncoderRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';
import { scorePhrases } from './score-phrases';
import { standardizeFeatures } from './standardize-features';
import { pixelTensor, trainingTensors, unitSource } from './unit-batches';

/** Phantoms and units that the encoder is scored on; as many units tell what its features are like. */
const TEST_PHANTOMS = 60;
const TEST_UNITS = 400;

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
  const random = new Random(`siglip-tiny/${seed}`);
  const tower = new SiglipVisionTransformer(encoder, random);
  const head = new RegionPhraseHead({
    featureDim: encoder.hiddenSize,
    phraseCount: REGION_VOCABULARY.phrases.length,
    random,
  });
  log(`${tower.parameterCount()} parameters, ${REGION_VOCABULARY.phrases.length} phrases`);
  const { pool, units } = unitSource(recipe, 'train');
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
  const test = unitSource(recipe, 'test', TEST_PHANTOMS);
  test.pool.renew(0);
  const read = compilePhraseReader(head, (pixels) => tower.apply(pixels).last);
  const scores = await scorePhrases(
    Array.from({ length: TEST_UNITS }, () => test.units.next()),
    async (batch) => {
      const inputs = { units: pixelTensor(batch, encoder.imageSize) };
      const result = read(inputs);
      const values = (await result['probabilities']?.data()) as Float32Array;
      tf.dispose([inputs, result]);
      return values;
    },
  );
  standardizeFeatures(tower, {
    units: Array.from({ length: TEST_UNITS }, () => units.next()),
    imageSize: encoder.imageSize,
  });
  await saveSiglipEncoder(out, new SiglipEncoder(encoder, tower));
  return scores;
}
