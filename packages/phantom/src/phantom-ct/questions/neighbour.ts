import { type LesionHost, hostLabels } from '../hosts';
import { LABEL, VERTEBRA_L5 } from '../labels';
import type { Lesion } from '../lesions';
import {
  isVisible,
  type QuestionDraft,
  type QuestionTemplate,
  type Scene,
  viewOf,
  YES_NO,
  yesNo,
} from './scene';

/** A structure that looks like its neighbours: only its place tells it apart. */
interface Structure {
  name: string;
  label: number;
}

/** Share of the lungs' height that a nodule keeps from the border of its lobe: a unit of slices. */
const LOBE_MARGIN = 0.16;

/** Vertebrae between the one asked about and one with a lesion, so that no unit shows both. */
const LEVELS_APART = { least: 3, most: 6 } as const;

const LOBES: readonly Structure[] = [
  { name: 'the left upper lobe', label: LABEL.lungUpperLeft },
  { name: 'the left lower lobe', label: LABEL.lungLowerLeft },
  { name: 'the right upper lobe', label: LABEL.lungUpperRight },
  { name: 'the right lower lobe', label: LABEL.lungLowerRight },
];

const PAIRED: readonly Structure[] = [
  { name: 'the left kidney', label: LABEL.kidneyLeft },
  { name: 'the right kidney', label: LABEL.kidneyRight },
  { name: 'the left adrenal gland', label: LABEL.adrenalLeft },
  { name: 'the right adrenal gland', label: LABEL.adrenalRight },
];

const VERTEBRAE: readonly Structure[] = Array.from({ length: 17 }, (_, index) => ({
  name: `vertebra ${index < 5 ? `L${5 - index}` : `T${17 - index}`}`,
  label: VERTEBRA_L5 + index,
}));

/**
 * Is the lesion in this one of several like structures? A like structure has a lesion in either case:
 * seeing a lesion is not enough, its structure must be known.
 */
export const neighbour: QuestionTemplate = (scene) => [
  ...ask(scene, 'lungs', LOBES, (lesion) => lobeOf(scene, lesion)),
  ...ask(scene, 'kidneys', PAIRED.slice(0, 2), ({ labels }) => labels[0] ?? null),
  ...ask(scene, 'adrenal glands', PAIRED.slice(2), ({ labels }) => labels[0] ?? null),
  // A plane shows one vertebra.
  ...(scene.modality === 'slice'
    ? []
    : ask(scene, 'spine', VERTEBRAE, ({ labels }) => labels[0] ?? null)),
];

/** @param structureOf label of a lesion's structure, null when it lies too near to another */
function ask(
  scene: Scene,
  hostName: string,
  structures: readonly Structure[],
  structureOf: (lesion: Lesion) => number | null,
): QuestionDraft[] {
  const { host, lesions, isBorderline } = viewOf(scene, hostName);
  const places = lesions.map(structureOf);
  if (isBorderline || places.length === 0 || places.includes(null)) return [];
  return structures
    .filter(({ label }) => isVisible(scene, [label]))
    .filter(({ label }) => places.includes(label) || isNeighbour(host, places as number[], label))
    .map(({ name, label }) => ({
      organ: host.organ,
      organLabels: [label],
      taskType: 'judgment',
      category: 'AII',
      skill: 'neighbour',
      question: `Is there a lesion in ${name}?`,
      answers: YES_NO,
      answer: yesNo(places.includes(label)),
    }));
}

/** True for a structure without a lesion that a question may ask about. */
function isNeighbour(host: LesionHost, places: readonly number[], label: number): boolean {
  if (host.name !== 'spine') return hostLabels(host).includes(label);
  const distances = places.map((place) => Math.abs(place - label));
  const nearest = Math.min(...distances);
  return nearest >= LEVELS_APART.least && nearest <= LEVELS_APART.most;
}

/** Borders of the lobes as in `render.ts`: shares of the lungs' height. */
function lobeOf({ phantom }: Scene, { side, shape }: Lesion): number | null {
  const [low, high] = phantom.anatomy.lungs;
  const share = (shape.center[2] - low) / (high - low);
  const [lower, upper] = side === 'left' ? [0.5, 0.5] : [0.42, 0.62];
  if (share > upper + LOBE_MARGIN) {
    return side === 'left' ? LABEL.lungUpperLeft : LABEL.lungUpperRight;
  }
  if (share > lower - LOBE_MARGIN) return null;
  return side === 'left' ? LABEL.lungLowerLeft : LABEL.lungLowerRight;
}
