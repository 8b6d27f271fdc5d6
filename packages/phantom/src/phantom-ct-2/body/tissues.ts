/** Contrast phases of the scan, in the order in which contrast arrives. */
export const PHASES = ['non-contrast', 'arterial', 'portal venous', 'delayed'] as const;

/** One of the contrast phases. */
export type Phase = (typeof PHASES)[number];

/** HU in each of {@link PHASES}, or one value for all. */
export type Attenuation = number | readonly [number, number, number, number];

/**
 * Mean attenuation of tissues, HU. Our choice, within the ranges of radiology textbooks for adults
 * scanned at 120 kV.
 */
export const TISSUES = {
  air: -1000,
  lung: -860,
  fat: -102,
  skin: 10,
  muscle: [56, 60, 66, 64],
  marrow: 190,
  cortex: 620,
  disc: 85,
  cartilage: 110,
  cord: 34,
  fluid: 6,
  arterialBlood: [44, 320, 165, 120],
  venousBlood: [44, 70, 165, 122],
  portalBlood: [44, 80, 178, 125],
  heartMuscle: [44, 105, 112, 95],
  liver: [58, 70, 112, 96],
  spleen: [48, 118, 120, 100],
  renalCortex: [33, 175, 185, 150],
  renalMedulla: [33, 60, 165, 150],
  renalPelvis: [8, 10, 14, 620],
  pancreas: [42, 108, 96, 80],
  adrenal: [30, 60, 75, 65],
  wall: [42, 70, 86, 74],
  thyroid: [105, 190, 165, 145],
  bile: 8,
  stool: -40,
  oralContrast: 330,
  table: 120,
} as const satisfies Readonly<Record<string, Attenuation>>;

/** HU of an attenuation in a phase. */
export function huIn(attenuation: Attenuation, phase: Phase): number {
  if (typeof attenuation === 'number') return attenuation;
  return attenuation[PHASES.indexOf(phase)] as number;
}
