import { Random } from '@omnict/core';
import type { UnitEncoder } from '@omnict/encoding';
import { gelu, Linear, Module } from '@omnict/nn';
import { REGION_VOCABULARY } from '@omnict/phantom';
import { RegionPhraseHead, train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import type { EncoderRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';
import { trainingTensors, unitSource } from './unit-batches';

/** How the probe learns. Its hidden layer is as wide as two features: it reads, and has little room to learn to see. */
const PROBE = { steps: 800, batchSize: 32, learningRate: 3e-3, widening: 2 } as const;

/** A hidden layer before the phrases, patch by patch. */
export class PhraseProbe extends Module {
  readonly hidden: Linear;
  readonly head: RegionPhraseHead;

  constructor(featureDim: number, random: Random) {
    super();
    const width = featureDim * PROBE.widening;
    this.hidden = new Linear({ inFeatures: featureDim, outFeatures: width, random });
    const phraseCount = REGION_VOCABULARY.phrases.length;
    this.head = new RegionPhraseHead({ featureDim: width, phraseCount, random });
  }

  /** @param features float32 `[N, P, dv]` @returns logits, float32 `[N*P, K]` */
  logits(features: tf.Tensor3D): tf.Tensor2D {
    return this.head.logits(this.widen(features));
  }

  /** Summed over patches and phrases, as {@link RegionPhraseHead.loss}. */
  loss(features: tf.Tensor3D, targets: tf.Tensor2D, weights: tf.Tensor2D): tf.Scalar {
    return this.head.loss(this.widen(features), targets, weights);
  }

  /** @returns float32 `[N, P, widening * dv]` */
  private widen(features: tf.Tensor3D): tf.Tensor3D {
    return gelu(this.hidden.apply(features)) as tf.Tensor3D;
  }
}

/** Trains a small map from the encoder's features to phrases; the encoder stays as it is. */
export async function fitProbe(
  encoder: UnitEncoder,
  recipe: EncoderRecipe,
  onStep: RecipeContext['progress'],
): Promise<PhraseProbe> {
  const { pool, units } = unitSource(recipe, 'probe');
  const probe = new PhraseProbe(encoder.outputDim, new Random('probe'));
  const { steps, batchSize, learningRate } = PROBE;
  await train({
    config: {
      learningRate,
      batchSize,
      epochs: 1,
      warmupRatio: 0.03,
      weightDecay: 0,
      maxGradientNorm: 1,
      checkpointEvery: steps,
    },
    seed: recipe.seed,
    modalities: Array.from({ length: steps * batchSize }, () => 'slice'),
    parameters: probe.namedParameters('probe.'),
    loss: ({ features, targets, weights }) =>
      probe.loss(features as tf.Tensor3D, targets as tf.Tensor2D, weights as tf.Tensor2D),
    batchOf: (indices) => {
      pool.renew(recipe.stream.renew);
      const batch = indices.map(() => units.next());
      const { units: pixels, ...inputs } = trainingTensors(batch, {
        imageSize: recipe.encoder.imageSize,
        random: new Random('probe/order'),
      });
      const grid = encoder.encode(pixels as tf.Tensor4D); // [N, H', W', dv]
      const features = tf.reshape(grid, [batch.length, -1, encoder.outputDim]); // [N, P, dv]
      tf.dispose([pixels as tf.Tensor, grid]);
      return { ...inputs, features };
    },
    onStep,
  });
  return probe;
}
