import {
  phantomGrid,
  phantomPlane,
  REGION_PHRASES,
  regionTargets,
  renderPhantom,
  samplePhantom,
} from '@omnict/phantom';
import {
  saveSiglipEncoder,
  SiglipEncoder,
  SiglipVisionTransformer,
  SLICES_PER_UNIT,
} from '@omnict/encoding';
import { prepareVolume, resampleNearest } from '@omnict/io';
import type { NamedTensors } from '@omnict/nn';
import { Random, type Shape3D } from '@omnict/core';
import { compilePairAccuracy, RegionContrast, train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import type { RecipeContext } from './run-recipe';
import type { EncoderRecipe } from './recipe-schema';

/** Voxels `[D, H, W]` that phantoms are drawn on: PhantomCT's default. */
const PHANTOM_SHAPE = [48, 128, 128] as const;

/** Share of a volume's units made of three neighbours, as with SCE; the others repeat one slice. */
const COMPOSED_SHARE = 0.6;

/** Units set aside to score the encoder. */
const HELD_OUT = 256;

const UNITS_PER_SCORING = 64;

/** One input of the encoder, and which phrases describe each of its patches. */
interface Unit {
  /** `[3, H, W]` in [-1, 1]. */
  pixels: Float32Array;
  /** `[P, K]`, 1 or -1. */
  targets: Float32Array;
}

/**
 * Trains a SigLIP-like encoder from nothing, by matching regions of phantoms with phrases, and
 * writes it as a Hugging Face folder.
 *
 * @returns share of pairs scored right, and of true pairs found, on units not trained on
 */
export async function trainEncoder(
  recipe: EncoderRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const units = new Random(5).shuffle(makeUnits(recipe, log));
  const [test, training] = [units.slice(0, HELD_OUT), units.slice(HELD_OUT)];
  const random = new Random(`siglip-tiny/${recipe.seed}`);
  const tower = new SiglipVisionTransformer(recipe.encoder, random);
  const contrast = new RegionContrast({
    featureDim: recipe.encoder.hiddenSize,
    embeddingDim: recipe.embeddingDim,
    vocabularySize: REGION_PHRASES.length,
    random,
  });
  log(`${tower.parameterCount()} parameters, ${training.length} units`);
  const tensorsOf = (batch: readonly Unit[]): NamedTensors => unitTensors(batch, recipe);
  await train({
    config: recipe.train,
    seed: recipe.seed,
    modalities: training.map(() => 'slice'),
    parameters: new Map([
      ...tower.namedParameters('vision_model.'),
      ...contrast.namedParameters('contrast.'),
    ]),
    loss: ({ units: pixels, phraseTokens, targets }) =>
      contrast.loss(
        tower.apply(pixels as tf.Tensor4D).last,
        phraseTokens as tf.Tensor2D,
        targets as tf.Tensor2D,
      ),
    batchOf: (indices) => tensorsOf(indices.map((index) => training[index] as Unit)),
    onStep: progress,
  });
  await saveSiglipEncoder(out, new SiglipEncoder(recipe.encoder, tower));
  return score(
    test,
    tensorsOf,
    compilePairAccuracy(contrast, (pixels) => tower.apply(pixels).last),
  );
}

function makeUnits(
  { phantoms: { slices, volumes }, seed, depth, encoder }: EncoderRecipe,
  log: (text: string) => void,
): Unit[] {
  const size = [depth, encoder.imageSize, encoder.imageSize] as const;
  const patches = Math.floor(encoder.imageSize / encoder.patchSize);
  const units: Unit[] = [];
  for (let index = 0; index < volumes + slices; index++) {
    const modality = index < volumes ? 'volume' : 'slice';
    const name = modality === 'volume' ? `v${index}` : `s${index - volumes}`;
    const random = new Random(`encoder/${seed}/${name}`);
    const phantom = samplePhantom(name, random.fork('phantom'));
    const whole = phantomGrid(PHANTOM_SHAPE);
    const grid = modality === 'volume' ? whole : phantomPlane(whole, phantom, random.fork('plane'));
    const { volume, mask, findings } = renderPhantom(phantom, grid, random.fork('pixels'));
    const prepared = prepareVolume(volume, { window: [-1000, 1000], size, modality });
    const source = {
      labels: resampleNearest(mask.data, grid.shape, prepared.shape),
      findings: resampleNearest(findings, grid.shape, prepared.shape),
      shape: prepared.shape,
    };
    for (const { pixels, planes } of unitsOf(prepared, random.fork('units'))) {
      units.push({ pixels, targets: regionTargets(source, planes, patches) });
    }
    if ((index + 1) % 100 === 0) log(`${index + 1} of ${volumes + slices} phantoms drawn`);
  }
  return units;
}

/** Units as the model will see them: composed or repeated slices. */
function unitsOf(
  { data, shape }: { data: Float32Array; shape: Shape3D },
  random: Random,
): { pixels: Float32Array; planes: readonly [number, number] }[] {
  const plane = shape[1] * shape[2];
  const slice = (z: number): Float32Array => data.subarray(z * plane, (z + 1) * plane);
  if (shape[0] === 1) {
    return [{ pixels: concatenated([slice(0), slice(0), slice(0)]), planes: [0, 1] }];
  }
  return Array.from({ length: Math.floor(shape[0] / SLICES_PER_UNIT) }, (_, unit) => {
    const first = unit * SLICES_PER_UNIT;
    const isComposed = random.uniform() < COMPOSED_SHARE;
    const chosen = isComposed ? [first, first + 1, first + 2] : [first + 1, first + 1, first + 1];
    return {
      pixels: concatenated(chosen.map(slice)),
      planes: isComposed ? [first, first + SLICES_PER_UNIT] : [first + 1, first + 2],
    } as const;
  });
}

function concatenated(planes: readonly Float32Array[]): Float32Array {
  const size = planes[0]?.length ?? 0;
  const output = new Float32Array(planes.length * size);
  planes.forEach((plane, index) => output.set(plane, index * size));
  return output;
}

function unitTensors(batch: readonly Unit[], { encoder }: EncoderRecipe): NamedTensors {
  const { imageSize } = encoder;
  const patches = (batch[0]?.targets.length ?? 0) / REGION_PHRASES.length;
  const rows = batch.length * patches;
  return {
    units: tf.tensor4d(concatenated(batch.map(({ pixels }) => pixels)), [
      batch.length,
      SLICES_PER_UNIT,
      imageSize,
      imageSize,
    ]),
    targets: tf.tensor2d(concatenated(batch.map(({ targets }) => targets)), [
      rows,
      REGION_PHRASES.length,
    ]),
    phraseTokens: tf.eye(REGION_PHRASES.length), // each phrase is one token
    lossWeights: tf.ones([rows]),
  };
}

async function score(
  test: readonly Unit[],
  tensorsOf: (batch: readonly Unit[]) => NamedTensors,
  evaluate: (inputs: NamedTensors) => NamedTensors,
): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (let first = 0; first < test.length; first += UNITS_PER_SCORING) {
    const batch = test.slice(first, first + UNITS_PER_SCORING);
    const inputs = tensorsOf(batch);
    const result = evaluate(inputs);
    for (const [name, tensor] of Object.entries(result)) {
      const [value = NaN] = await tensor.data();
      sums[name] = (sums[name] ?? 0) + (value * batch.length) / test.length;
    }
    tf.dispose([inputs, result]);
  }
  return sums;
}
