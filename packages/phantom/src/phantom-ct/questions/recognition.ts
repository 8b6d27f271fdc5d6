import { ORGAN_CLASS_LABELS, type OrganClass } from '@omnict/core';
import {
  type QuestionDraft,
  type QuestionTemplate,
  type Scene,
  coverOf,
  YES_NO,
  yesNo,
} from './scene';

/** Organs whose presence changes from level to level. */
const LEVEL_ORGANS: readonly OrganClass[] = [
  ...(['lungs', 'heart', 'liver', 'spleen', 'kidneys', 'stomach', 'pancreas', 'bowel'] as const),
];

/** Organs that questions name in the plural. */
const PLURAL: readonly OrganClass[] = ['lungs', 'kidneys'];

/** Is this organ in the slice? */
export const organVisible: QuestionTemplate = (scene) => {
  if (scene.modality !== 'slice') return [];
  return LEVEL_ORGANS.filter((organ) => isClear(scene, organ)).map((organ): QuestionDraft => ({
    organ,
    // The mask of the organ asked about would give its presence away: the whole image instead.
    organLabels: [],
    taskType: 'judgment',
    category: 'GIR',
    skill: 'recognition',
    question: `${PLURAL.includes(organ) ? 'Are' : 'Is'} the ${organ} visible in this slice?`,
    answers: YES_NO,
    answer: yesNo(coverOf(scene, ORGAN_CLASS_LABELS[organ]) > 0),
  }));
};

/** Which of two organs can be seen? One is there, one is not. */
export const organShown: QuestionTemplate = (scene) => {
  if (scene.modality !== 'slice') return [];
  const clear = LEVEL_ORGANS.filter((organ) => isClear(scene, organ));
  const isSeen = (organ: OrganClass): boolean => coverOf(scene, ORGAN_CLASS_LABELS[organ]) > 0;
  return clear.filter(isSeen).flatMap((seen) =>
    clear
      .filter((organ) => !isSeen(organ))
      .map((unseen): QuestionDraft => ({
        organ: 'others',
        organLabels: [],
        taskType: 'multi-choice',
        category: 'GIR',
        skill: 'recognition',
        question: 'Which organ is visible in this slice?',
        options: [seen, unseen],
        answers: [seen, unseen],
        answer: seen,
      })),
  );
};

/** What is there, but covers less of a slice than this, makes no fair question; mm2. */
const PLAIN_MM2 = 625;

function isClear(scene: Scene, organ: OrganClass): boolean {
  const cover = coverOf(scene, ORGAN_CLASS_LABELS[organ]);
  return cover === 0 || cover >= PLAIN_MM2;
}
