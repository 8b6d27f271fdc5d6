import { type Modality, Random } from '@omnict/core';
import { loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import {
  createOmniCT,
  disposeOmniCT,
  type OmniCT,
  saveProjection,
  type SceKeys,
  type SceParts,
  scePartsName,
  scePartsOf,
} from '@omnict/model';
import { REGION_VOCABULARY } from '@omnict/phantom';
import { train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import { type AlignmentImage, alignmentLoss, alignmentTensors } from './alignment';
import { AlignmentStream } from './alignment-stream';
import type { ProjectorRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';

/** Region tokens are there with any organ strategy. */
const NO_ORGAN_TOKENS = { strategy: 'none', tokens2d: 1, tokens3d: 1 } as const;

/**
 * Fits the projector to region tokens on an endless stream of phantoms, as stage 1 would on a data set, and
 * writes its weights, with SCE and without or for each of the recipe's settings, for `model.projector`.
 *
 * @returns errors on phantoms not trained on, as shares of the region tokens' variance
 */
export async function trainProjector(
  recipe: ProjectorRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  const { encoder: encoderName } = recipe.model;
  const encoder = await loadVisionEncoder(encoderName, { size: recipe.prepare.size });
  for (const parts of settingsOf(recipe)) {
    const omnict = await openModel(recipe, parts);
    const name = `projector/${recipe.seed}`;
    const sources = { omnict, encoder, crowded: recipe.stream.crowded };
    const streams = streamsOf(sources, { name: `${name}/train`, size: recipe.stream.pool });
    const random = new Random(`${name}/batches`);
    const { batchSize } = recipe.train;
    await train({
      config: recipe.train,
      seed: recipe.seed,
      modalities: Array.from({ length: recipe.steps * batchSize }, () => 'slice' as const),
      parameters: omnict.model.projector.namedParameters('projector.'),
      loss: alignmentLoss(omnict, REGION_VOCABULARY),
      batchOf: async (indices) => {
        for (const stream of streams)
          await stream.renew(recipe.stream.renew[`${stream.modality}s`]);
        const images = indices.map((_, index) =>
          random.choice((streams[index % streams.length] as AlignmentStream).all),
        );
        return alignmentTensors(omnict, images, REGION_VOCABULARY);
      },
      onStep: progress,
    });
    await saveProjection(out, { projector: omnict.model.projector, parts });
    for (const stream of streamsOf(sources, { name: `${name}/test`, size: recipe.test })) {
      await stream.renew(0);
      errors[`${scePartsName(parts).replace('sce-', 'sce ')}/${stream.modality}`] = errorOf(
        omnict,
        stream.all,
      );
    }
    log(JSON.stringify(errors));
    disposeOmniCT(omnict);
  }
  encoder.dispose();
  return errors;
}

/** Parts of SCE that the recipe makes weights for. */
function settingsOf({ sce, settings }: ProjectorRecipe): SceParts[] {
  const keys: readonly SceKeys[] =
    settings?.map(({ tpe, ...others }) => ({ ...others, tpe: { enabled: tpe } })) ??
    sce.map((value) => ({ sce: value }));
  return keys.map(scePartsOf);
}

function openModel(
  { model, prepare, seed }: ProjectorRecipe,
  { composition, projection, tpe }: SceParts,
): Promise<OmniCT> {
  const parts = { composition, projection, tpe: { ...model.tpe, enabled: tpe } };
  return createOmniCT(
    { model: { ...model, ...parts, vision: true, ose: NO_ORGAN_TOKENS }, prepare },
    seed,
  );
}

function streamsOf(
  { omnict, encoder, crowded }: { omnict: OmniCT; encoder: VisionEncoder; crowded: number },
  { name, size }: { name: string; size: { slices: number; volumes: number } },
): AlignmentStream[] {
  return (['slice', 'volume'] as const).map(
    (modality: Modality) =>
      new AlignmentStream(omnict, encoder, {
        name,
        modality,
        crowded,
        size: size[`${modality}s`],
      }),
  );
}

/** Mean error over all images at once. */
function errorOf(omnict: OmniCT, images: readonly AlignmentImage[]): number {
  const inputs = alignmentTensors(omnict, images, REGION_VOCABULARY);
  const mean = tf.tidy(() => {
    const sum = alignmentLoss(omnict, REGION_VOCABULARY)(inputs);
    return tf.div(sum, tf.sum(inputs['lossWeights'] as tf.Tensor1D)).dataSync()[0] as number;
  });
  tf.dispose(inputs);
  return mean;
}
