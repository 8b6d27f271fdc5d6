import type { Modality } from '@omnict/core';

/** Part of OmniCT that a question cannot be answered without, by the way it is built. */
export type Mechanism = 'image' | 'composition' | 'position' | 'localization' | 'text';

/** A group of questions that need the same. */
export interface Skill {
  name: string;
  /**
   * What the questions need: any look at the image, slices composed into units (SCE), positions along
   * the body (SCE), the organ's mask (OSE), or the rule that the question states as well.
   */
  mechanism: Mechanism;
  description: string;
}

const skill = <const N extends string>(
  name: N,
  mechanism: Mechanism,
  description: string,
): Skill & { name: N } => ({ name, mechanism, description });

/** Skills of PhantomCT's questions. */
export const PHANTOM_SKILLS = [
  skill('recognition', 'image', 'Which organs are in a slice.'),
  skill('lesion', 'image', 'Is there a lesion in a large organ; large lesions.'),
  skill(
    'small lesion',
    'composition',
    'Is there a small lesion in a large organ: in a volume it may lie beside the middle slice of a unit.',
  ),
  skill(
    'small organ',
    'localization',
    'Is there a lesion in the pancreas, an adrenal gland, the gallbladder.',
  ),
  skill(
    'neighbour',
    'localization',
    'Which of two like structures has the lesion: vertebra, lobe, kidney, adrenal gland.',
  ),
  skill('finding', 'image', 'Effusion, enlarged organs, calcified aorta.'),
  skill('density', 'image', 'Hypodense, hyperdense or calcified.'),
  skill('side', 'image', 'Left or right.'),
  skill('size', 'image', 'Small or large.'),
  skill('count', 'image', 'How many nodules.'),
  skill('extent', 'composition', 'One slice high, or as high as wide: slices as one unit.'),
  skill('z-position', 'position', 'Third of the lungs.'),
  skill('z-order', 'position', 'Which of two lesions is higher.'),
  skill('comparison', 'image', 'Which of two lesions is larger.'),
  skill(
    'change',
    'text',
    'Has a lesion grown or shrunk since an earlier scan that the question tells of.',
  ),
  skill('rule', 'text', 'Next step by a rule that the question states.'),
  skill('report', 'image', 'Descriptions and reports; no closed answer.'),
] as const;

/** Name of one of the skills. */
export type PhantomSkill = (typeof PHANTOM_SKILLS)[number]['name'];

/**
 * Says what a question of a skill needs: in a slice there are no other slices to compose, and no
 * positions along the body, so that any look at the image must do.
 */
export function mechanismOf(name: PhantomSkill, modality: Modality): Mechanism {
  const { mechanism } = PHANTOM_SKILLS.find((candidate) => candidate.name === name) as Skill;
  const isAlongBody = mechanism === 'composition' || mechanism === 'position';
  return modality === 'slice' && isAlongBody ? 'image' : mechanism;
}
