import type { Shape3D } from '@omnict/core';
import { ORGAN_CLASS_LABELS, ORGAN_CLASSES, type RegionVocabulary } from '@omnict/core';
import { FINDING_CODES } from './finding-codes';
import { LABEL } from './labels';

/** Organs that are named in a region, with their labels: organ classes and two small organs. */
const REGION_ORGANS: readonly { phrase: string; labels: readonly number[] }[] = [
  ...ORGAN_CLASSES.filter((organ) => organ !== 'others').map((organ) => ({
    phrase: organ,
    labels: ORGAN_CLASS_LABELS[organ],
  })),
  { phrase: 'adrenal glands', labels: [LABEL.adrenalRight, LABEL.adrenalLeft] },
  { phrase: 'gallbladder', labels: [LABEL.gallbladder] },
];

/** What a region of an image can show, in the words of the questions. */
const REGION_PHRASES: string[] = [
  ...REGION_ORGANS.map(({ phrase }) => phrase),
  ...new Set(FINDING_CODES.flatMap(({ phrases }) => phrases)),
];

/** A label map and a findings map on one grid. */
export interface RegionMaps {
  labels: Uint8Array;
  findings: Uint8Array;
  shape: Shape3D;
}

/**
 * Returns how much of each patch of a unit of planes each phrase describes.
 *
 * @param maps organ labels and findings `[D, H, W]`
 * @param planes first and last plane (exclusive) of the unit @param side patches per side
 * @returns float32 `[side * side, phrases]`, shares of the patch's voxels in 0..1
 */
export function regionCovers(
  { labels, findings, shape }: RegionMaps,
  planes: readonly [first: number, end: number],
  side: number,
  { phrases: { length: phrases }, ofLabel, ofFinding }: RegionVocabulary = REGION_VOCABULARY,
): Float32Array {
  const [, height, width] = shape;
  const covers = new Float32Array(side * side * phrases);
  const share = (side * side) / ((planes[1] - planes[0]) * height * width);
  for (let z = planes[0]; z < planes[1]; z++) {
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * side) / height) * side;
      for (let x = 0; x < width; x++) {
        const voxel = (z * height + y) * width + x;
        const organ = ofLabel[labels[voxel] as number] ?? -1;
        const finding = findings[voxel] as number;
        if (organ < 0 && finding === 0) continue;
        const patch = (row + Math.floor((x * side) / width)) * phrases;
        if (organ >= 0) covers[patch + organ] = (covers[patch + organ] as number) + share;
        for (const phrase of ofFinding[finding] ?? []) {
          covers[patch + phrase] = (covers[patch + phrase] as number) + share;
        }
      }
    }
  }
  return covers;
}

/** PhantomCT's vocabulary. */
export const REGION_VOCABULARY: RegionVocabulary = {
  phrases: REGION_PHRASES,
  organs: REGION_ORGANS.length,
  ofLabel: Array.from({ length: 256 }, (_, label) =>
    REGION_ORGANS.findIndex(({ labels }) => labels.includes(label)),
  ),
  ofFinding: [
    [],
    ...FINDING_CODES.map(({ phrases }) => phrases.map((text) => REGION_PHRASES.indexOf(text))),
  ],
};

/** Share of a patch from which on an organ, and from which on a finding, is named. */
const ORGAN_COVER = 0.15;
const FINDING_COVER = 0.01;

/**
 * Tells whether a phrase describes a region that it covers so much of.
 *
 * @returns 1, -1, or 0 where a finding barely touches the region
 */
export function phraseTarget(cover: number, isOrgan: boolean): -1 | 0 | 1 {
  if (isOrgan) return cover >= ORGAN_COVER ? 1 : -1;
  if (cover >= FINDING_COVER) return 1;
  return cover > 0 ? 0 : -1;
}
