import { TOTALSEGMENTATOR_LABELS } from '@omnict/io';
import { ORGAN_CLASS_LABELS, type QuestionRecord } from '@omnict/core';
import { mapOrgan } from '../../taxonomy/organ-rules';
import type { Finding } from '../decision';
import type { ImageFacts, LabelFacts } from '../image/image-facts';
import { polarity, type Side, sidesIn } from '../words';

/** Pairs of organs told apart by side in TotalSegmentator's names. */
const SIDED_ORGANS = ['kidneys', 'lungs'] as const;

/** Questions that may be about an organ itself being in the image. */
const ABOUT_PRESENCE =
  /^(?:is|are|can) (?:the |a |an |any )?([a-z ]{3,30}?) (?:be )?(?:visible|seen|shown|present|depicted)\b/i;

/** Share of an image's voxels from which on an organ cannot be overlooked. */
const OBVIOUS_SHARE = 0.005;

/**
 * Consistency with the organ mask: an organ the text takes for granted is in the image, the side it
 * names is too, and the mask is not mirrored.
 *
 * @returns nothing without a mask
 */
export function organFindings(
  record: QuestionRecord,
  { labels, shape }: ImageFacts,
  { minimumVoxels }: { minimumVoxels: number },
): Finding[] {
  if (labels === undefined) return [];
  return [
    ...mirrorFindings(labels),
    ...presenceFindings(record, { labels, minimumVoxels, total: shape[0] * shape[1] * shape[2] }),
    ...sideFindings(record, { labels, minimumVoxels }),
    ...nameFindings(record),
  ];
}

/** True when a mask shows the record's organ: then no model can say that it is not there. */
export function isOrganMeasured(
  record: QuestionRecord,
  { labels }: ImageFacts,
  minimumVoxels: number,
): boolean {
  const wanted = record.organLabels ?? ORGAN_CLASS_LABELS[record.organ];
  return labels !== undefined && wanted.length > 0 && voxelsOf(labels, wanted) >= minimumVoxels;
}

type Labels = Record<number, LabelFacts>;

function presenceFindings(
  { question, answer, organ, organLabels }: QuestionRecord,
  { labels, minimumVoxels, total }: { labels: Labels; minimumVoxels: number; total: number },
): Finding[] {
  const wanted = organLabels ?? ORGAN_CLASS_LABELS[organ];
  if (wanted.length === 0) return [];
  const voxels = voxelsOf(labels, wanted);
  const isDenied = polarity(answer) === 'no';
  if (voxels < minimumVoxels && !isDenied) {
    return [
      drop('organ-absent', `${organ} has ${voxels} voxels in the mask, answer is '${answer}'`),
    ];
  }
  if (isDenied && isAboutPresence(question) && voxels > OBVIOUS_SHARE * total) {
    return [
      drop('organ-present', `${organ} has ${voxels} voxels in the mask, answer is '${answer}'`),
    ];
  }
  return [];
}

/** "Is the liver visible?" is, "Is the liver lesion visible?" is not: nothing but an organ is named. */
function isAboutPresence(question: string): boolean {
  const phrase = ABOUT_PRESENCE.exec(question)?.[1]?.toLowerCase();
  return phrase !== undefined && mapOrgan(phrase).rule === phrase;
}

function sideFindings(
  { question, answer, organ }: QuestionRecord,
  { labels, minimumVoxels }: { labels: Labels; minimumVoxels: number },
): Finding[] {
  const sides = sidesIn(`${question} ${answer}`);
  const [side] = sides;
  const sided = SIDED_ORGANS.find((name) => name === organ);
  if (sided === undefined || side === undefined || sides.length > 1) return [];
  if (polarity(answer) === 'no') return [];
  const voxels = voxelsOf(labels, sidedLabels(sided, side));
  if (voxels >= minimumVoxels) return [];
  return [drop('side', `${side} ${organ} have ${voxels} voxels in the mask`)];
}

/** Columns run to the patient's left: left organs lie at larger columns than right ones. */
function mirrorFindings(labels: Labels): Finding[] {
  for (const organ of SIDED_ORGANS) {
    const [left, right] = [centre(labels, organ, 'left'), centre(labels, organ, 'right')];
    if (left === undefined || right === undefined || left > right) continue;
    return [
      drop(
        'mirrored',
        `left ${organ} lie at column ${Math.round(left)}, right ones at ${Math.round(right)}`,
      ),
    ];
  }
  return [];
}

/** The text may be about another organ than it is filed under; often it is about several. */
function nameFindings({ question, answer, organ }: QuestionRecord): Finding[] {
  const { value } = mapOrgan(question, answer);
  if (value === 'others' || organ === 'others' || value === organ) return [];
  return [{ rule: 'organ-name', detail: `filed as ${organ}, text names ${value}`, weight: 'note' }];
}

function sidedLabels(organ: (typeof SIDED_ORGANS)[number], side: Side): number[] {
  return ORGAN_CLASS_LABELS[organ].filter((label) =>
    TOTALSEGMENTATOR_LABELS[label]?.endsWith(`_${side}`),
  );
}

function voxelsOf(labels: Labels, wanted: readonly number[]): number {
  return wanted.reduce((sum, label) => sum + (labels[label]?.voxels ?? 0), 0);
}

function centre(
  labels: Labels,
  organ: (typeof SIDED_ORGANS)[number],
  side: Side,
): number | undefined {
  const wanted = sidedLabels(organ, side);
  const voxels = voxelsOf(labels, wanted);
  if (voxels === 0) return undefined;
  const sum = wanted.reduce((total, label) => {
    const facts = labels[label];
    return total + (facts === undefined ? 0 : facts.voxels * facts.centreX);
  }, 0);
  return sum / voxels;
}

function drop(rule: string, detail: string): Finding {
  return { rule, detail, weight: 'drop' };
}
