import {
  askQuestions,
  phantomGrid,
  phantomPlane,
  REGION_PHRASES,
  regionTargets,
  renderPhantom,
  samplePhantom,
} from '@omnict/phantom';
import { formatAnswer, formatQuestion } from '@omnict/data';
import { type Modality, ORGAN_CLASS_LABELS, Random, type Shape3D } from '@omnict/core';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import { resampleNearest } from '@omnict/io';
import { createSample, type EncodedOmniCT, type ModelConfig } from '@omnict/model';
import type { Lesson } from './lesson';
import type { LanguageModelRecipe } from './recipe-schema';

/** Voxels `[D, H, W]` that phantoms are drawn on: PhantomCT's default. */
const PHANTOM_SHAPE = [48, 128, 128] as const;

/** Pixels per patch side when masks are compared with the grid of patches. */
const PATCH_SIZE = 12;

/** Share of questions whose organ tokens cover the whole image, as without a mask. */
const WITHOUT_MASK = 0.3;

/** Config of the model that reads maps: a projector of phrases in the encoder's place. */
export function mappedModel({ mapped }: LanguageModelRecipe): ModelConfig {
  return { ...mapped.layout, encoder: 'none', llm: 'none', vision: true, sce: false, tpe: NO_TPE };
}

const NO_TPE = { depthWidth: 2, heightWidth: 2, widthWidth: 2, base: 100 };

/**
 * Questions about scenes given as maps: at each patch, which phrases fit it. This is what a perfect
 * encoder would see. The language model learns where in the visual tokens to look; its projector of
 * phrases is thrown away.
 */
export function mappedScenes(
  recipe: LanguageModelRecipe,
  omnict: EncodedOmniCT,
  log: (text: string) => void,
): Lesson[] {
  const { phantoms, questionsPerVolume, questionsPerSlice } = recipe.mapped;
  const total = phantoms.volumes + phantoms.slices;
  const lessons: Lesson[] = [];
  for (let index = 0; index < total; index++) {
    const modality: Modality = index < phantoms.volumes ? 'volume' : 'slice';
    const random = new Random(`lm/${recipe.seed}/mapped-${index}`);
    const scene = drawScene(recipe, { modality, index, random });
    const count = modality === 'volume' ? questionsPerVolume : questionsPerSlice;
    for (const [number, draft] of askQuestions(scene, count, random.fork('questions')).entries()) {
      const answer = formatAnswer(draft);
      const labels = draft.organLabels ?? ORGAN_CLASS_LABELS[draft.organ];
      const region = random.uniform() < WITHOUT_MASK ? undefined : { mask: scene.mask, labels };
      lessons.push({
        modality,
        answer,
        sample: (withAnswer) =>
          createSample(omnict, {
            id: `mapped-${index}-${number}`,
            modality,
            question: formatQuestion(draft),
            answer: withAnswer ? answer : undefined,
            features: scene.map,
            region,
          }),
      });
    }
    if ((index + 1) % 500 === 0) log(`${index + 1} of ${total} phantoms drawn`);
  }
  return lessons;
}

function drawScene(
  { mapped: { depth, gridSize, flips } }: LanguageModelRecipe,
  { modality, index, random }: { modality: Modality; index: number; random: Random },
) {
  const phantom = samplePhantom(`mapped-${index}`, random.fork('phantom'));
  const whole = phantomGrid(PHANTOM_SHAPE);
  const grid = modality === 'volume' ? whole : phantomPlane(whole, phantom, random.fork('plane'));
  const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
  const side = gridSize * PATCH_SIZE;
  const shape: Shape3D = [modality === 'volume' ? depth : 1, side, side];
  const labels = resampleNearest(rendered.mask.data, grid.shape, shape) as Uint8Array;
  const findings = resampleNearest(rendered.findings, grid.shape, shape) as Uint8Array;
  const planesPerUnit = modality === 'volume' ? SLICES_PER_UNIT : 1;
  const perUnit = gridSize ** 2 * REGION_PHRASES.length;
  const units = Math.floor(shape[0] / planesPerUnit);
  const map = new Float32Array(units * perUnit); // [Ns, H', W', phrases], 1 or 0
  for (let unit = 0; unit < units; unit++) {
    const planes = [unit * planesPerUnit, (unit + 1) * planesPerUnit] as const;
    map.set(
      regionTargets({ labels, findings, shape }, planes, gridSize).map((target) =>
        target > 0 !== random.uniform() < flips ? 1 : 0,
      ),
      unit * perUnit,
    );
  }
  return { phantom, rendered, modality, map, mask: { data: labels, shape } };
}
