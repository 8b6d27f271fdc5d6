import { ORGAN_CLASS_LABELS, ORGAN_CLASSES, type Shape3D } from '@omnict/core';
import { FINDING_NAMES } from './render';

/** What a patch of an image can show, in words: organ classes and kinds of abnormal tissue. */
export const REGION_PHRASES: readonly string[] = [
  ...ORGAN_CLASSES.filter((organ) => organ !== 'others'),
  ...FINDING_NAMES,
];

/** Share of a patch an organ must cover to be named, and the smaller one of a finding. */
const ORGAN_COVER = 0.15;
const FINDING_COVER = 0.04;

/**
 * Which phrases describe each patch of a unit of planes.
 *
 * @param labels organ labels `[D, H, W]` @param findings abnormal tissue, the same shape
 * @param planes first and last plane (exclusive) of the unit @param side patches per side
 * @returns `[side * side * phrases]`: 1 where the phrase fits the patch, else -1
 */
export function regionTargets(
  { labels, findings, shape }: { labels: Uint8Array; findings: Uint8Array; shape: Shape3D },
  planes: readonly [first: number, end: number],
  side: number,
): Float32Array {
  const [, height, width] = shape;
  const phraseOfLabel = organPhrases();
  const organCount = REGION_PHRASES.length - FINDING_NAMES.length;
  const counts = new Float32Array(side * side * REGION_PHRASES.length);
  for (let z = planes[0]; z < planes[1]; z++) {
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * side) / height) * side;
      for (let x = 0; x < width; x++) {
        const voxel = (z * height + y) * width + x;
        const patch = (row + Math.floor((x * side) / width)) * REGION_PHRASES.length;
        const organ = phraseOfLabel[labels[voxel] as number] as number;
        const finding = findings[voxel] as number;
        if (organ >= 0) counts[patch + organ] = (counts[patch + organ] as number) + 1;
        if (finding > 0) {
          const index = patch + organCount + finding - 1;
          counts[index] = (counts[index] as number) + 1;
        }
      }
    }
  }
  const voxels = ((planes[1] - planes[0]) * height * width) / (side * side);
  return counts.map((count, index) => {
    const isOrgan = index % REGION_PHRASES.length < organCount;
    return count >= voxels * (isOrgan ? ORGAN_COVER : FINDING_COVER) ? 1 : -1;
  });
}

function organPhrases(): Int8Array {
  const phraseOfLabel = new Int8Array(256).fill(-1);
  for (const organ of ORGAN_CLASSES) {
    for (const label of ORGAN_CLASS_LABELS[organ]) {
      phraseOfLabel[label] = REGION_PHRASES.indexOf(organ);
    }
  }
  return phraseOfLabel;
}
