import { ORGAN_CLASS_LABELS } from '@omnict/core';
import { LESION_ORGANS } from '../lesions';
import {
  drawYesNo,
  hasBorderlineLesion,
  isVisible,
  type QuestionTemplate,
  visibleLesions,
} from './draft';

/** Is there a lesion in this organ? Needs detail inside one, often small, organ. */
export const lesionPresence: QuestionTemplate = (scene, random) => {
  const wanted = drawYesNo(random);
  const seen = visibleLesions(scene);
  const organ = random
    .shuffle(LESION_ORGANS)
    .filter((candidate) => isVisible(scene, ORGAN_CLASS_LABELS[candidate]))
    .filter((candidate) => !hasBorderlineLesion(scene, candidate))
    .find((candidate) => seen.some((lesion) => lesion.organ === candidate) === wanted);
  if (organ === undefined) return null;
  return {
    organ,
    organLabels: [...ORGAN_CLASS_LABELS[organ]],
    taskType: 'judgment',
    category: 'MAI',
    capability: 'lesion-presence',
    question: random.choice([
      `Is there a lesion in the ${organ}?`,
      `Does the ${organ} contain a lesion?`,
    ]),
    answer: wanted ? 'yes' : 'no',
  };
};

/** Which organ has the lesion? One of those in the image has. */
export const lesionOrgan: QuestionTemplate = (scene, random) => {
  const affected = [...new Set(visibleLesions(scene).map(({ organ }) => organ))];
  if (affected.length !== 1 || hasBorderlineLesion(scene)) return null;
  const answer = affected[0] as (typeof LESION_ORGANS)[number];
  return {
    organ: answer,
    organLabels: LESION_ORGANS.flatMap((organ) => ORGAN_CLASS_LABELS[organ]),
    taskType: 'multi-choice',
    category: 'MAI',
    capability: 'lesion-organ',
    question: 'Which organ contains the lesion?',
    options: random.shuffle([...LESION_ORGANS]),
    answer,
  };
};
