import type { Host } from './finding';

/** The five lobes. */
export const LOBES: readonly Host[] = [
  { structure: 'lung_upper_lobe_left', place: 'left upper lobe', side: 'left' },
  { structure: 'lung_lower_lobe_left', place: 'left lower lobe', side: 'left' },
  { structure: 'lung_upper_lobe_right', place: 'right upper lobe', side: 'right' },
  { structure: 'lung_middle_lobe_right', place: 'right middle lobe', side: 'right' },
  { structure: 'lung_lower_lobe_right', place: 'right lower lobe', side: 'right' },
];

/** One structure of each side, named after `what`. */
export function bothSides(structure: string, what: string): Host[] {
  return (['left', 'right'] as const).map((side) => ({
    structure: structure.replace('SIDE', side),
    place: `${side} ${what}`,
    side,
  }));
}

/** An organ there is one of. */
export function only(structure: string, place = structure): Host[] {
  return [{ structure, place }];
}

/** Vertebral bodies that lesions lie in. */
export const VERTEBRAL_BODIES: readonly Host[] = [
  ...['T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9', 'T10', 'T11', 'T12', 'L1', 'L2', 'L3', 'L4'].map(
    (name) => ({
      structure: `vertebrae_${name}`,
      place: `${name} vertebral body`,
    }),
  ),
];
