/** The thirteen organ classes of MedEval-CT (OmniCT Tables 8 and 9). */
export const ORGAN_CLASSES = [
  'lungs',
  'heart',
  'liver',
  'spleen',
  'kidneys',
  'pancreas',
  'stomach',
  'bowel',
  'esophagus',
  'trachea',
  'vessels',
  'spine',
  'others',
] as const;

/** One of the thirteen organ classes. */
export type OrganClass = (typeof ORGAN_CLASSES)[number];

/**
 * TotalSegmentator v2 label values of each class; `others` has none, so that a question about it
 * looks at the whole image.
 */
export const ORGAN_CLASS_LABELS: Readonly<Record<OrganClass, readonly number[]>> = {
  lungs: [10, 11, 12, 13, 14],
  heart: [51, 61],
  liver: [5],
  spleen: [1],
  kidneys: [2, 3, 23, 24],
  pancreas: [7],
  stomach: [6],
  bowel: [18, 19, 20],
  esophagus: [15],
  trachea: [16],
  vessels: [52, 53, 54, 55, 56, 57, 58, 59, 60, 62, 63, 64, 65, 66, 67, 68],
  spine: Array.from({ length: 26 }, (_, i) => 25 + i), // sacrum 25, S1 26, L5 27 ... C1 50
  others: [],
};
