import type { Modality, Random } from '@omnict/core';
import type { QuestionRecord } from '@omnict/core';
import type { LesionHost } from '../hosts';
import { hostNamed } from '../hosts';
import type { Lesion } from '../lesions';
import type { Phantom } from '../phantom';
import type { RenderedPhantom } from '../render';
import type { PhantomSkill } from '../skills';

/** What questions are drawn from: a phantom and what of it can be seen in one image. */
export interface Scene {
  phantom: Phantom;
  rendered: Pick<RenderedPhantom, 'lesionVoxels' | 'labelVoxels' | 'mask'>;
  modality: Modality;
}

/** A question that may be asked about an image, before it gets an id. */
export type QuestionDraft = Pick<
  QuestionRecord,
  'organ' | 'organLabels' | 'taskType' | 'category' | 'question' | 'options' | 'answer'
> & {
  skill: PhantomSkill;
  /**
   * Answers that questions of these words can have. Selection makes them equally frequent; absent for
   * open answers.
   */
  answers?: readonly string[];
};

/** Asks all fair questions of one kind about a scene. */
export type QuestionTemplate = (scene: Scene, random: Random) => QuestionDraft[];

/** What a structure covers of an image from which on it counts as visible: mm2 in a slice, else mm3. */
const VISIBLE = { slice: 275, volume: 15_300 } as const;

/** The same for a lesion: a small one through its middle, or half of its volume. */
const VISIBLE_LESION = { slice: 110, volume: 1500 } as const;

/** Voxels that even a coarse grid must spend on what is asked about. */
const LEAST_VOXELS = 6;

/** What a number of voxels covers of an image: mm2 in a slice, mm3 in a volume. */
function extentOf({ rendered: { mask }, modality }: Scene, voxels: number): number {
  const [depth, height, width] = mask.spacing;
  return voxels * height * width * (modality === 'slice' ? 1 : depth);
}

/** What the labels together cover of an image: mm2 in a slice, mm3 in a volume. */
export function coverOf(scene: Scene, labels: readonly number[]): number {
  const { labelVoxels } = scene.rendered;
  return extentOf(
    scene,
    labels.reduce((sum, label) => sum + (labelVoxels[label] as number), 0),
  );
}

/** True when the labels together cover enough of the image. */
export function isVisible(scene: Scene, labels: readonly number[]): boolean {
  return coverOf(scene, labels) >= VISIBLE[scene.modality];
}

/** Lesions of a host in an image. */
export interface HostView {
  host: LesionHost;
  /** Lesions that can be seen. */
  lesions: readonly Lesion[];
  /** A lesion is there but too small in this image to ask about: it is neither seen nor absent. */
  isBorderline: boolean;
}

/** What can be seen of one host's lesions. */
export function viewOf(scene: Scene, name: string): HostView {
  const lesions: Lesion[] = [];
  let isBorderline = false;
  for (const [index, lesion] of scene.phantom.lesions.entries()) {
    if (lesion.host !== name) continue;
    const voxels = scene.rendered.lesionVoxels[index] as number;
    const isSeen =
      voxels >= LEAST_VOXELS && extentOf(scene, voxels) >= VISIBLE_LESION[scene.modality];
    if (isSeen) lesions.push(lesion);
    else if (voxels > 0) isBorderline = true;
  }
  return { host: hostNamed(name), lesions, isBorderline };
}

/** The host's only visible lesion, so that "the lesion" means one; null when there is none or several. */
export function onlyLesion(scene: Scene, name: string): Lesion | null {
  const { lesions, isBorderline } = viewOf(scene, name);
  return lesions.length === 1 && !isBorderline ? (lesions[0] as Lesion) : null;
}

/** True when a plane cuts the lesion near its centre, or the image is a volume: its size can be seen. */
export function showsSize(scene: Scene, lesion: Lesion): boolean {
  if (scene.modality === 'volume') return true;
  const voxels = scene.rendered.lesionVoxels[scene.phantom.lesions.indexOf(lesion)] as number;
  return lesion.size === 'small' || extentOf(scene, voxels) >= LARGE_SECTION_MM2;
}

/** Section of a large lesion that no small lesion reaches. */
const LARGE_SECTION_MM2 = 660;

/** Yes and no. */
export const YES_NO = ['yes', 'no'] as const;

/** The word for a truth value. */
export function yesNo(isTrue: boolean): string {
  return isTrue ? 'yes' : 'no';
}
