import { PLANE_NAMES, type PlaneName } from './image/planes';

/** Sides a text names. */
export type Side = 'left' | 'right';

const YES = /^\W*yes\b/i;
const NO = /^\W*no(?:ne)?\b/i;
const NEGATION =
  /\b(?:no|not|none|never|without|absent|absence|lack|lacks|free of|neither|nor)\b|n't\b/gi;

/** Words of position, size and course that a rewording must not change. */
const DIRECTIONS =
  /\b(?:upper|lower|middle|superior\w*|inferior\w*|anterior\w*|posterior\w*|medial\w*|lateral\w*|bilateral\w*|unilateral\w*|proximal|distal|central|peripheral|cranial|caudal|ventral|dorsal|above|below|between|larger|largest|smaller|smallest|higher|highest|lowest|increased|decreased|first|last|before|after)\b/gi;

const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
];
const NUMBER = new RegExp(`\\d+(?:[.,]\\d+)?|\\b(?:${NUMBER_WORDS.join('|')})\\b`, 'gi');

/** Yes, no, or neither. */
export function polarity(answer: string): 'yes' | 'no' | undefined {
  if (YES.test(answer)) return 'yes';
  return NO.test(answer) ? 'no' : undefined;
}

/** Sides named; "bilateral" and "both" are both. */
export function sidesIn(text: string): Side[] {
  const both = /\b(?:bilateral\w*|both (?:sides|lungs|kidneys))\b/i.test(text);
  return (['left', 'right'] as const).filter(
    (side) => both || new RegExp(`\\b${side}\\b`, 'i').test(text),
  );
}

/** Planes named. */
export function planesIn(text: string): PlaneName[] {
  const spellings = { axial: 'axial|transverse', coronal: 'coronal', sagittal: 'sagg?itt?al' };
  return PLANE_NAMES.filter((plane) => new RegExp(`\\b(?:${spellings[plane]})\\b`, 'i').test(text));
}

/** Numbers, as digits, in order. */
export function numbersIn(text: string): string[] {
  return (text.match(NUMBER) ?? []).map((word) => {
    const index = NUMBER_WORDS.indexOf(word.toLowerCase());
    return index < 0 ? word.replace(',', '.') : String(index);
  });
}

/** How many words deny something. */
export function negationsIn(text: string): number {
  return (text.match(NEGATION) ?? []).length;
}

/** Words of position, size and course, sorted. */
export function directionsIn(text: string): string[] {
  return (text.match(DIRECTIONS) ?? []).map((word) => word.toLowerCase()).sort();
}

/** True for questions that are answered by yes or no. */
export function isPolar(question: string): boolean {
  return /^\W*(?:is|are|was|were|does|do|did|has|have|had|can|could|should|would|will|is\/are)\b/i.test(
    question,
  );
}

/** Lower case, single blanks, no article and no closing punctuation: for comparing answers. */
export function normalized(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}.%/-]+/gu, ' ')
    .trim()
    .replace(/^(?:the|a|an) /, '')
    .replace(/[.]+$/, '');
}
