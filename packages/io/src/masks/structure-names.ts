import { TOTALSEGMENTATOR_LABELS } from './totalsegmentator-labels';

/** Names of version 1 that version 2 draws as one structure. */
const VERSION_2_NAMES: Readonly<Record<string, string>> = {
  heart_myocardium: 'heart',
  heart_atrium_left: 'heart',
  heart_ventricle_left: 'heart',
  heart_atrium_right: 'heart',
  heart_ventricle_right: 'heart',
};

const VALUES = new Map(
  Object.entries(TOTALSEGMENTATOR_LABELS).map(([value, name]) => [
    name.toLowerCase(),
    { value: Number(value), name },
  ]),
);

/** First label value for structures that TotalSegmentator does not draw. */
export const FIRST_OTHER_LABEL = Object.keys(TOTALSEGMENTATOR_LABELS).length + 1;

/**
 * TotalSegmentator v2's label of a structure, whatever way it is written: `Left Kidney`,
 * `kidney_left`, `Kidney, left`, or a name of version 1; undefined for other structures.
 */
export function knownStructure(text: string): { value: number; name: string } | undefined {
  const plain = plainName(text);
  const [, side, rest] = /^(left|right)_(.+)$/.exec(plain) ?? [];
  const name = side === undefined ? plain : `${rest}_${side}`;
  return VALUES.get(VERSION_2_NAMES[plain] ?? plain) ?? VALUES.get(name);
}

/** A name in lower case, words joined by underscores. */
export function plainName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}
