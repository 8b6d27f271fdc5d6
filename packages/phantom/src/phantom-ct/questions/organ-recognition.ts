import { ORGAN_CLASS_LABELS, type OrganClass } from '@omnict/core';
import { drawYesNo, isVisible, type QuestionTemplate } from './draft';

/** Organs whose presence changes from level to level. */
const LEVEL_ORGANS: readonly OrganClass[] = [
  'lungs',
  'heart',
  'liver',
  'spleen',
  'kidneys',
  'stomach',
  'pancreas',
  'bowel',
];

/** Is this organ in the slice? Needs the plane's own detail; nothing about other planes. */
export const organVisible: QuestionTemplate = (scene, random) => {
  if (scene.modality !== 'slice') return null;
  const wanted = drawYesNo(random);
  const organs = random
    .shuffle(LEVEL_ORGANS)
    .filter((organ) => isClear(scene.rendered.labelVoxels, organ))
    .filter((organ) => isVisible(scene, ORGAN_CLASS_LABELS[organ]) === wanted);
  const organ = organs[0];
  if (organ === undefined) return null;
  return {
    organ,
    // The mask of the organ asked about would give its presence away: the whole image instead.
    organLabels: [],
    taskType: 'judgment',
    category: 'GIR',
    capability: 'organ-recognition',
    question: `${isPlural(organ) ? 'Are' : 'Is'} the ${organ} visible in this slice?`,
    answer: wanted ? 'yes' : 'no',
  };
};

/** Which organ can be seen: one is there, three are not. */
export const organShown: QuestionTemplate = (scene, random) => {
  if (scene.modality !== 'slice') return null;
  const clear = LEVEL_ORGANS.filter((organ) => isClear(scene.rendered.labelVoxels, organ));
  const seen = clear.filter((organ) => isVisible(scene, ORGAN_CLASS_LABELS[organ]));
  const unseen = clear.filter((organ) => !seen.includes(organ));
  if (seen.length === 0 || unseen.length < 3) return null;
  const answer = random.choice(seen);
  return {
    organ: 'others',
    organLabels: [],
    taskType: 'multi-choice',
    category: 'GIR',
    capability: 'organ-recognition',
    question: 'Which organ is visible in this slice?',
    options: random.shuffle([answer, ...random.shuffle(unseen).slice(0, 3)]),
    answer,
  };
};

function isPlural(organ: OrganClass): boolean {
  return organ === 'lungs' || organ === 'kidneys' || organ === 'vessels';
}

/** Neither absent nor plain to see makes no fair question. */
function isClear(labelVoxels: Uint32Array, organ: OrganClass): boolean {
  const voxels = ORGAN_CLASS_LABELS[organ].reduce(
    (sum, label) => sum + (labelVoxels[label] as number),
    0,
  );
  return voxels === 0 || voxels >= 60;
}
