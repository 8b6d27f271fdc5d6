import { ORGAN_CLASS_LABELS, type OrganClass } from '@omnict/core';
import type { Findings } from '../phantom';
import { isVisible, type QuestionDraft, type QuestionTemplate, YES_NO, yesNo } from './scene';

/** Findings by name: where to look and how they are asked for. */
const QUESTIONS: readonly {
  organ: OrganClass;
  question: string;
  isPresent: (findings: Findings) => boolean;
  /** One plane is enough to see it. */
  isInSlices: boolean;
}[] = [
  {
    organ: 'heart',
    question: 'Is the heart enlarged?',
    isPresent: ({ cardiomegaly }) => cardiomegaly,
    isInSlices: false,
  },
  {
    organ: 'spleen',
    question: 'Is the spleen enlarged?',
    isPresent: ({ splenomegaly }) => splenomegaly,
    isInSlices: false,
  },
  {
    organ: 'lungs',
    question: 'Is there a pleural effusion?',
    isPresent: ({ effusion }) => effusion !== 'none',
    isInSlices: false,
  },
  {
    organ: 'vessels',
    question: 'Is the aorta calcified?',
    isPresent: ({ aorticCalcification }) => aorticCalcification,
    isInSlices: true,
  },
];

/** Is a finding present, and on which side? */
export const findingPresence: QuestionTemplate = (scene) => {
  const { findings } = scene.phantom;
  const drafts = QUESTIONS.filter(
    ({ organ, isInSlices }) =>
      isVisible(scene, ORGAN_CLASS_LABELS[organ]) && (scene.modality === 'volume' || isInSlices),
  ).map(({ organ, question, isPresent }): QuestionDraft => ({
    organ,
    organLabels: [...ORGAN_CLASS_LABELS[organ]],
    taskType: 'judgment',
    category: 'MAI',
    skill: 'finding',
    question,
    answers: YES_NO,
    answer: yesNo(isPresent(findings)),
  }));
  if (scene.modality === 'slice' || findings.effusion === 'none') return drafts;
  drafts.push({
    organ: 'lungs',
    organLabels: [...ORGAN_CLASS_LABELS.lungs],
    taskType: 'short-answer',
    category: 'AII',
    skill: 'side',
    question: 'On which side is the pleural effusion?',
    answers: ['left', 'right'],
    answer: findings.effusion,
  });
  return drafts;
};
