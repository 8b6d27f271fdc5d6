import { type Modality, Random, type Shape3D } from '@omnict/core';
import { loadVisionEncoder, type UnitEncoder, type VisionEncoder } from '@omnict/encoding';
import { prepareVolume, resampleNearest } from '@omnict/io';
import { encodeImage } from '@omnict/model';
import { gelu, Linear, Module } from '@omnict/nn';
import {
  answerFromRegions,
  askQuestions,
  phantomGrid,
  phantomPlane,
  type QuestionDraft,
  REGION_VOCABULARY,
  regionView,
  renderPhantom,
  samplePhantom,
} from '@omnict/phantom';
import { RegionPhraseHead, train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import type { EncoderRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';
import { FINDING_WEIGHT, trainingTensors, unitSource } from './unit-batches';

/** How the probe learns. Its hidden layer is as wide as two features: it reads, and has little room to learn to see. */
const PROBE = { steps: 800, batchSize: 32, learningRate: 3e-3, widening: 2 } as const;

/** Images of each kind that are asked about. */
const IMAGES = { slice: 200, volume: 100 } as const;

/**
 * Measures what an encoder sees, by a probe: a small MLP reads phrases of each patch from its frozen features,
 * and questions about phantoms that no recipe or dataset has are answered from them by rules.
 *
 * @param folder of the encoder @returns shares of right answers: all closed questions of each kind, and
 *   whether there is a small lesion in a volume
 */
export async function checkEncoder(
  recipe: EncoderRecipe,
  folder: string,
  onStep: RecipeContext['progress'],
): Promise<Record<string, number>> {
  const { window, encoder: sizes, stream } = recipe;
  const shape: Shape3D = [stream.depth, sizes.imageSize, sizes.imageSize];
  const encoder = await loadVisionEncoder(folder, { size: shape });
  const probe = await fitProbe(encoder as UnitEncoder, recipe, onStep);
  const counts = new Map<string, { right: number; count: number }>();
  for (const modality of ['slice', 'volume'] as const) {
    for (let index = 0; index < IMAGES[modality]; index++) {
      const asked = await read(encoder, { probe, shape, window, modality, index });
      for (const { draft, answer } of asked) {
        const isRight = answer === draft.answer;
        for (const group of [modality, `${modality}/${draft.skill}`]) {
          const { right, count } = counts.get(group) ?? { right: 0, count: 0 };
          counts.set(group, { right: right + (isRight ? 1 : 0), count: count + 1 });
        }
      }
    }
  }
  encoder.dispose();
  probe.dispose();
  return Object.fromEntries([...counts].map(([group, { right, count }]) => [group, right / count]));
}

/** A hidden layer before the phrases, patch by patch. */
class PhraseProbe extends Module {
  readonly hidden: Linear;
  readonly head: RegionPhraseHead;

  constructor(featureDim: number, random: Random) {
    super();
    const width = featureDim * PROBE.widening;
    this.hidden = new Linear({ inFeatures: featureDim, outFeatures: width, random });
    const phraseCount = REGION_VOCABULARY.phrases.length;
    this.head = new RegionPhraseHead({ featureDim: width, phraseCount, random });
  }

  /** @param features float32 `[N, P, dv]` @returns float32 `[N, P, widening * dv]` */
  read(features: tf.Tensor3D): tf.Tensor3D {
    return gelu(this.hidden.apply(features)) as tf.Tensor3D;
  }
}

/** Trains a small map from the encoder's features to phrases; the encoder stays as it is. */
async function fitProbe(
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
      probe.head.loss(
        probe.read(features as tf.Tensor3D),
        targets as tf.Tensor2D,
        weights as tf.Tensor2D,
      ),
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

/** All closed questions about one phantom, and what the encoder's phrases answer. */
async function read(
  encoder: VisionEncoder,
  {
    probe,
    shape,
    window,
    modality,
    index,
  }: {
    probe: PhraseProbe;
    shape: Shape3D;
    window: readonly [number, number];
    modality: Modality;
    index: number;
  },
): Promise<{ draft: QuestionDraft; answer: string | null }[]> {
  const random = new Random(`check-encoder/${modality}/${index}`);
  const phantom = samplePhantom('check', random.fork('phantom'));
  const whole = phantomGrid([shape[0], 128, 128]);
  const isVolume = modality === 'volume';
  const grid = isVolume ? whole : phantomPlane(whole, phantom, random.fork('plane'));
  const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
  const image = prepareVolume(rendered.volume, { window: [...window], size: shape, modality });
  const probabilities = tf.tidy(() => {
    const features = encodeImage(encoder, image, { modality, composition: 'compose' }); // [Ns, H', W', dv]
    const [units, rows, columns, size] = features.shape;
    const patches = tf.reshape(features, [units, rows * columns, size]) as tf.Tensor3D; // [Ns, P, dv]
    const logits = probe.head.logits(probe.read(patches)); // [Ns*P, K]
    return tf.reshape(tf.sigmoid(logits), [units, -1]); // [Ns, H'*W'*K]
  });
  const [units, perUnit] = probabilities.shape as [number, number];
  const values = (await probabilities.data()) as Float32Array;
  probabilities.dispose();
  const view = regionView(
    Array.from({ length: units }, (_, unit) =>
      values.subarray(unit * perUnit, (unit + 1) * perUnit),
    ),
    {
      side: Math.sqrt(perUnit / REGION_VOCABULARY.phrases.length),
      mask: {
        data: resampleNearest(rendered.mask.data, grid.shape, image.shape) as Uint8Array,
        shape: image.shape,
      },
    },
    // Findings weigh more in training, which raises their probabilities.
    (probability, phrase) =>
      probability >
      (phrase < REGION_VOCABULARY.organs ? 0.5 : FINDING_WEIGHT / (1 + FINDING_WEIGHT)),
  );
  return askQuestions({ phantom, rendered, modality }, random.fork('questions'))
    .filter(({ answers }) => answers !== undefined)
    .map((draft) => ({ draft, answer: answerFromRegions(view, draft) }));
}
