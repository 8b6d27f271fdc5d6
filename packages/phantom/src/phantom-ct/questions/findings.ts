import { ORGAN_CLASS_LABELS } from '@omnict/core';
import type { Findings } from '../phantom';
import { isVisible, type QuestionDraft, type QuestionTemplate } from './draft';

/** Findings by name: where to look and how they are asked for. */
const QUESTIONS: readonly {
  organ: 'heart' | 'spleen' | 'lungs' | 'vessels';
  question: string;
  isPresent: (findings: Findings) => boolean;
}[] = [
  {
    organ: 'heart',
    question: 'Is the heart enlarged?',
    isPresent: ({ cardiomegaly }) => cardiomegaly,
  },
  {
    organ: 'spleen',
    question: 'Is the spleen enlarged?',
    isPresent: ({ splenomegaly }) => splenomegaly,
  },
  {
    organ: 'lungs',
    question: 'Is there a pleural effusion?',
    isPresent: ({ effusion }) => effusion !== 'none',
  },
  {
    organ: 'vessels',
    question: 'Is the aorta calcified?',
    isPresent: ({ aorticCalcification }) => aorticCalcification,
  },
];

/** Is a finding present? Each occurs in half of the phantoms. */
export const findingPresence: QuestionTemplate = (scene, random) => {
  const candidates = QUESTIONS.filter(
    ({ organ }) =>
      isVisible(scene, ORGAN_CLASS_LABELS[organ]) &&
      // Sizes and effusions cannot be judged from any one plane.
      (scene.modality === 'volume' || organ === 'vessels'),
  );
  const chosen = candidates.length === 0 ? undefined : random.choice(candidates);
  if (chosen === undefined) return null;
  return {
    organ: chosen.organ,
    organLabels: [...ORGAN_CLASS_LABELS[chosen.organ]],
    taskType: 'judgment',
    category: 'MAI',
    capability: 'finding',
    question: chosen.question,
    answer: chosen.isPresent(scene.phantom.findings) ? 'yes' : 'no',
  } satisfies QuestionDraft;
};

/** On which side is the effusion? */
export const effusionSide: QuestionTemplate = (scene) => {
  const { effusion } = scene.phantom.findings;
  if (scene.modality !== 'volume' || effusion === 'none') return null;
  return {
    organ: 'lungs',
    organLabels: [...ORGAN_CLASS_LABELS.lungs],
    taskType: 'short-answer',
    category: 'AII',
    capability: 'lesion-side',
    question: 'On which side is the pleural effusion?',
    answer: effusion,
  };
};
