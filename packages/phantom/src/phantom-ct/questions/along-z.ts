import { ORGAN_CLASS_LABELS } from '@omnict/core';
import {
  drawYesNo,
  hasBorderlineLesion,
  type QuestionDraft,
  type QuestionTemplate,
  type Scene,
  visibleLesions,
} from './draft';

/** @file Questions about order and extent along z: no single slice answers them. */

const LUNGS: Pick<QuestionDraft, 'organ' | 'organLabels' | 'category'> = {
  organ: 'lungs',
  organLabels: [...ORGAN_CLASS_LABELS.lungs],
  category: 'AII',
};

/** In which third of the lungs is the nodule? */
export const noduleThird: QuestionTemplate = (scene, random) => {
  const nodules = lungNodules(scene);
  if (nodules?.length !== 1) return null;
  const [low, high] = scene.phantom.anatomy.lungs;
  const share = ((nodules[0]?.shape.center[2] ?? 0) - low) / (high - low);
  const third = share < 0.36 ? 'lower' : share > 0.62 ? 'upper' : 'middle';
  const isBorderline = Math.abs(share - 0.36) < 0.03 || Math.abs(share - 0.62) < 0.03;
  if (isBorderline) return null;
  return {
    ...LUNGS,
    taskType: 'multi-choice',
    capability: 'z-position',
    question: 'In which part of the lungs is the nodule?',
    options: random.shuffle(['upper', 'middle', 'lower']),
    answer: third,
  };
};

/** Which of two nodules is higher? Needs the order of slices. */
export const higherNodule: QuestionTemplate = (scene) => {
  const nodules = lungNodules(scene);
  const left = nodules?.filter(({ side }) => side === 'left') ?? [];
  const right = nodules?.filter(({ side }) => side === 'right') ?? [];
  const [first, second] = [left[0], right[0]];
  if (left.length !== 1 || right.length !== 1 || first === undefined || second === undefined) {
    return null;
  }
  const difference = first.shape.center[2] - second.shape.center[2];
  if (Math.abs(difference) < 25) return null;
  return {
    ...LUNGS,
    taskType: 'short-answer',
    capability: 'z-order',
    question: 'Which nodule is higher, the left or the right one?',
    answer: difference > 0 ? 'left' : 'right',
  };
};

/** Does the nodule reach far along z? Needs neighbouring slices together. */
export const noduleExtent: QuestionTemplate = (scene, random) => {
  const nodules = lungNodules(scene);
  const nodule = nodules?.length === 1 ? nodules[0] : undefined;
  const wanted = drawYesNo(random);
  if (nodule === undefined || (nodule.extent === 'long') !== wanted) return null;
  return {
    ...LUNGS,
    taskType: 'judgment',
    capability: 'z-extent',
    question: 'Is the nodule elongated from top to bottom?',
    answer: wanted ? 'yes' : 'no',
  };
};

/** How many nodules are there? Needs all slices. */
export const noduleCount: QuestionTemplate = (scene, random) => {
  const nodules = lungNodules(scene);
  if (nodules === null) return null;
  const words = ['none', 'one', 'two', 'three'];
  const answer = words[nodules.length];
  if (answer === undefined || (nodules.length === 0 && random.uniform() < 0.6)) return null;
  return {
    ...LUNGS,
    taskType: 'short-answer',
    capability: 'count',
    question: 'How many nodules are in the lungs?',
    answer,
  };
};

/** Visible nodules of a volume; null for slices and when one is borderline. */
function lungNodules(scene: Scene) {
  if (scene.modality !== 'volume' || hasBorderlineLesion(scene, 'lungs')) return null;
  return visibleLesions(scene).filter(({ organ }) => organ === 'lungs');
}
