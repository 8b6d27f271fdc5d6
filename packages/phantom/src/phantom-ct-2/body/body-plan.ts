import type { Random } from '@omnict/core';
import { type Phase, PHASES } from './tissues';

/** How stout a patient is. */
const HABITUS = ['slim', 'average', 'large'] as const;

/**
 * Normal variants that questions ask about, by organ class; each value is as frequent as the others,
 * so that none is the better guess.
 */
export const VARIANTS = {
  lungs: ['full inspiration', 'shallow inspiration'],
  stomach: ['gas', 'fluid', 'oral contrast'],
  bowel: ['gas', 'stool', 'oral contrast'],
  esophagus: ['collapsed', 'filled with air', 'filled with fluid'],
  trachea: ['round', 'flattened'],
  pancreas: ['normal', 'fatty'],
  spine: ['normal', 'low'],
  habitus: HABITUS,
  position: ['supine', 'prone'],
} as const;

/** The variant drawn for each of {@link VARIANTS}. */
export type Variants = { readonly [Key in keyof typeof VARIANTS]: (typeof VARIANTS)[Key][number] };

/** What findings change in a body; sizes are factors, 1 is normal. */
export interface BodyChanges {
  heart: number;
  spleen: number;
  liver: number;
  /** Waves of a cirrhotic liver's surface, mm. */
  liverNodularity: number;
  /** HU that liver loses. */
  liverFat: number;
  /** Largest diameter of the abdominal aorta, mm; 0 for its normal one. */
  aneurysm: number;
  /** Largest diameter of the stomach's part in the chest, mm; 0 for none. */
  hernia: number;
  /** Share of its height that a vertebra has lost, and which one. */
  fracture: { vertebra: string; loss: number } | undefined;
  /** HU that all lung gains or loses. */
  lungDensity: number;
  /** Diameter of small bowel, mm. */
  smallBowel: number;
  /** Thickness of walls, mm. */
  stomachWall: number;
  colonWall: number;
  esophagusWall: number;
  /** Share of its width that the trachea has lost at one level. */
  trachealStenosis: number;
  /** Thickness of bronchial walls and width of bronchi; factors. */
  bronchialWall: number;
  bronchialWidth: number;
  /** Diameter of the pancreatic duct, mm. */
  pancreaticDuct: number;
  /** Diameter of the renal pelvis, mm, and on which side. */
  hydronephrosis: { side: 'left' | 'right'; diameter: number } | undefined;
}

/** A body without findings. */
export const HEALTHY: BodyChanges = {
  heart: 1,
  spleen: 1,
  liver: 1,
  liverNodularity: 0,
  liverFat: 0,
  aneurysm: 0,
  hernia: 0,
  fracture: undefined,
  lungDensity: 0,
  smallBowel: 21,
  stomachWall: 4,
  colonWall: 2.5,
  esophagusWall: 3,
  trachealStenosis: 0,
  bronchialWall: 1,
  bronchialWidth: 1,
  pancreaticDuct: 2,
  hydronephrosis: undefined,
};

/** What decides a body's shapes and HU, but its findings. */
export interface BodyPlan {
  /** Size relative to an average adult. */
  scale: number;
  /** Thickness of fat under the skin, mm. */
  subcutaneousFat: number;
  /** Depth and width of the trunk, factors. */
  stoutness: number;
  phase: Phase;
  variants: Variants;
}

/** Draws a body. */
export function sampleBodyPlan(random: Random): BodyPlan {
  const variants = Object.fromEntries(
    Object.entries(VARIANTS).map(([name, values]) => [
      name,
      random.choice(values as readonly string[]),
    ]),
  ) as unknown as Variants;
  const stout = HABITUS.indexOf(variants.habitus);
  return {
    scale: random.uniform(0.94, 1.05),
    subcutaneousFat: ([8, 20, 38] as const)[stout as 0 | 1 | 2] * random.uniform(0.85, 1.15),
    stoutness: 0.95 + 0.06 * stout + random.uniform(-0.015, 0.015),
    phase: random.choice(PHASES),
    variants,
  };
}
