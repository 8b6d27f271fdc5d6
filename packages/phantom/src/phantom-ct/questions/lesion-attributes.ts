import { ORGAN_CLASS_LABELS, type Random } from '@omnict/core';
import { LESION_DENSITIES, type Lesion } from '../lesions';
import {
  hasBorderlineLesion,
  type QuestionDraft,
  type QuestionTemplate,
  type Scene,
  visibleLesions,
} from './draft';

/** How dense is the lesion? */
export const lesionDensity: QuestionTemplate = (scene, random) =>
  aboutOneLesion(scene, random, (lesion) => {
    // Lung nodules are never hypodense: asking there would give part of the answer away.
    if (lesion.organ === 'lungs') return null;
    return {
      taskType: 'multi-choice',
      capability: 'lesion-density',
      question: `How dense is the lesion in the ${lesion.organ}?`,
      options: random.shuffle([...LESION_DENSITIES]),
      answer: lesion.density,
    };
  });

/** On which side is it? */
export const lesionSide: QuestionTemplate = (scene, random) =>
  aboutOneLesion(scene, random, (lesion) =>
    lesion.side === 'none'
      ? null
      : {
          taskType: 'short-answer',
          capability: 'lesion-side',
          question: `On which side is the lesion in the ${lesion.organ}?`,
          answer: lesion.side,
        },
  );

/** Is it small or large? Volumes only: a plane may cut a large lesion near its end. */
export const lesionSize: QuestionTemplate = (scene, random) =>
  aboutOneLesion(scene, random, (lesion) =>
    scene.modality === 'slice' || lesion.extent === 'long'
      ? null
      : {
          taskType: 'short-answer',
          capability: 'lesion-size',
          question: `Is the lesion in the ${lesion.organ} small or large?`,
          answer: lesion.size,
        },
  );

/** What should be done? Depends on size, by the rule that the question states. */
export const nextStep: QuestionTemplate = (scene, random) =>
  aboutOneLesion(scene, random, (lesion) =>
    scene.modality === 'slice' || lesion.organ !== 'lungs' || lesion.extent === 'long'
      ? null
      : {
          category: 'CRD',
          taskType: 'multi-choice',
          capability: 'next-step',
          question:
            'A large nodule needs a biopsy and a small one a follow-up. What is the next step?',
          options: random.shuffle(['biopsy', 'follow-up']),
          answer: lesion.size === 'large' ? 'biopsy' : 'follow-up',
        },
  );

type LesionQuestion = Omit<QuestionDraft, 'organ' | 'organLabels' | 'category'> &
  Partial<Pick<QuestionDraft, 'category'>>;

/** Picks an organ with exactly one visible lesion, so that "the lesion" means one. */
function aboutOneLesion(
  scene: Scene,
  random: Random,
  ask: (lesion: Lesion) => LesionQuestion | null,
): QuestionDraft | null {
  const seen = visibleLesions(scene);
  const single = seen.filter(
    ({ organ }) =>
      seen.filter((other) => other.organ === organ).length === 1 &&
      !hasBorderlineLesion(scene, organ),
  );
  for (const lesion of random.shuffle(single)) {
    const question = ask(lesion);
    if (question === null) continue;
    const { organ } = lesion;
    return { organ, organLabels: [...ORGAN_CLASS_LABELS[organ]], category: 'AII', ...question };
  }
  return null;
}
