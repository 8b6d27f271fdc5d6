import type { Modality, QuestionRecord, Random } from '@omnict/core';
import type { Phantom } from '../phantom';
import type { RenderedPhantom } from '../render';

/** What a question is drawn from: a phantom and what of it can be seen in one image. */
export interface Scene {
  phantom: Phantom;
  rendered: RenderedPhantom;
  modality: Modality;
}

/** A question before it gets an id and an image. */
export type QuestionDraft = Pick<
  QuestionRecord,
  | 'organ'
  | 'organLabels'
  | 'taskType'
  | 'category'
  | 'capability'
  | 'question'
  | 'options'
  | 'answer'
>;

/**
 * Asks one kind of question about a scene, or returns null when this scene has no fair one.
 *
 * Templates that can go either way draw the answer they want first and look for a question that has
 * it, so that neither answer is the better guess.
 */
export type QuestionTemplate = (scene: Scene, random: Random) => QuestionDraft | null;

/** Voxels from which on a structure counts as visible. */
const VISIBLE_VOXELS = { slice: 30, volume: 200 } as const;

/** Voxels from which on a lesion counts as visible: about 8 mm across in a plane. */
const VISIBLE_LESION_VOXELS = { slice: 7, volume: 12 } as const;

/** True when the labels together cover enough of the image. */
export function isVisible({ rendered, modality }: Scene, labels: readonly number[]): boolean {
  const voxels = labels.reduce((sum, label) => sum + (rendered.labelVoxels[label] as number), 0);
  return voxels >= VISIBLE_VOXELS[modality];
}

/** Lesions that can be seen. A lesion with a few voxels is neither seen nor absent. */
export function visibleLesions(scene: Scene): Phantom['lesions'] {
  const least = VISIBLE_LESION_VOXELS[scene.modality];
  return scene.phantom.lesions.filter(
    (_, index) => (scene.rendered.lesionVoxels[index] as number) >= least,
  );
}

/** True when a lesion is there but too small in this image to ask about. */
export function hasBorderlineLesion(scene: Scene, organ?: string): boolean {
  const least = VISIBLE_LESION_VOXELS[scene.modality];
  return scene.phantom.lesions.some((lesion, index) => {
    const voxels = scene.rendered.lesionVoxels[index] as number;
    return voxels > 0 && voxels < least && (organ === undefined || lesion.organ === organ);
  });
}

/** The wanted yes or no: drawn before the question, so that both are as frequent. */
export function drawYesNo(random: Random): boolean {
  return random.uniform() < 0.5;
}
