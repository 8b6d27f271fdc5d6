import type { OrganClass } from '@omnict/core';
import type { AnatomyOrgan } from './anatomy';
import { LABEL, VERTEBRA_L5 } from './labels';

/** How a lesion looks against its organ. */
export const LESION_DENSITIES = ['hypodense', 'hyperdense', 'calcified'] as const;

/** One of the densities. */
export type LesionDensity = (typeof LESION_DENSITIES)[number];

/** How large a lesion is; `flat` is as wide as `large` but one slice high. */
export type LesionSize = 'small' | 'large' | 'flat';

/** An organ that focal lesions lie in. */
export interface LesionHost {
  /** As questions name it. */
  name: string;
  organ: OrganClass;
  /** Parts of the anatomy, with the labels that are theirs: one, or right and left. */
  parts: readonly {
    side: 'none' | 'left' | 'right';
    part: AnatomyOrgan | 'vertebrae';
    labels: readonly number[];
  }[];
  densities: readonly LesionDensity[];
  sizes: readonly LesionSize[];
  /** Diameters of a small lesion, mm, where the organ is too small for the usual one. */
  smallMm?: readonly [low: number, high: number];
  /** True where a lesion swells the organ in place of lying inside it. */
  grows?: boolean;
  /** HU added to the organ's by a hypodense (subtracted) or hyperdense lesion. */
  contrastHu: readonly [low: number, high: number];
}

const { spleen, liver, stomach, pancreas, gallbladder } = LABEL;

/**
 * Every host of lesions. Contrasts are our choice, within what a soft-tissue window shows; they are
 * larger in kidney and spleen, which enhancement varies most.
 */
export const LESION_HOSTS: readonly LesionHost[] = [
  {
    name: 'lungs',
    organ: 'lungs',
    parts: [
      {
        side: 'right',
        part: 'lungRight',
        labels: [LABEL.lungUpperRight, LABEL.lungMiddleRight, LABEL.lungLowerRight],
      },
      { side: 'left', part: 'lungLeft', labels: [LABEL.lungUpperLeft, LABEL.lungLowerLeft] },
    ],
    densities: ['hyperdense', 'calcified'], // nodules are never darker than air
    sizes: ['small', 'large', 'flat'],
    contrastHu: [860, 900],
  },
  {
    name: 'liver',
    organ: 'liver',
    parts: [{ side: 'none', part: 'liver', labels: [liver] }],
    densities: LESION_DENSITIES,
    sizes: ['small', 'large', 'flat'],
    contrastHu: [95, 125],
  },
  {
    name: 'spleen',
    organ: 'spleen',
    parts: [{ side: 'none', part: 'spleen', labels: [spleen] }],
    densities: LESION_DENSITIES,
    sizes: ['small', 'large'],
    contrastHu: [110, 140],
  },
  {
    name: 'kidneys',
    organ: 'kidneys',
    parts: [
      { side: 'right', part: 'kidneyRight', labels: [LABEL.kidneyRight] },
      { side: 'left', part: 'kidneyLeft', labels: [LABEL.kidneyLeft] },
    ],
    densities: LESION_DENSITIES,
    sizes: ['small', 'large'],
    contrastHu: [110, 140],
  },
  {
    name: 'stomach',
    organ: 'stomach',
    parts: [{ side: 'none', part: 'stomach', labels: [stomach] }],
    densities: ['hyperdense', 'calcified'],
    sizes: ['small', 'large'],
    contrastHu: [95, 125],
  },
  {
    name: 'pancreas',
    organ: 'pancreas',
    parts: [{ side: 'none', part: 'pancreas', labels: [pancreas] }],
    densities: LESION_DENSITIES,
    sizes: ['small'],
    contrastHu: [100, 130],
  },
  {
    name: 'adrenal glands',
    organ: 'others',
    parts: [
      { side: 'right', part: 'adrenalRight', labels: [LABEL.adrenalRight] },
      { side: 'left', part: 'adrenalLeft', labels: [LABEL.adrenalLeft] },
    ],
    densities: ['hypodense', 'hyperdense'],
    sizes: ['small'],
    grows: true,
    contrastHu: [100, 130],
  },
  {
    name: 'gallbladder',
    organ: 'others',
    parts: [{ side: 'none', part: 'gallbladder', labels: [gallbladder] }],
    densities: ['calcified'],
    sizes: ['small'],
    smallMm: [15, 19],
    contrastHu: [0, 0],
  },
  {
    name: 'spine',
    organ: 'spine',
    parts: [
      {
        side: 'none',
        part: 'vertebrae',
        labels: Array.from({ length: 17 }, (_, index) => VERTEBRA_L5 + index),
      },
    ],
    densities: ['hypodense', 'hyperdense'],
    sizes: ['small'],
    contrastHu: [190, 230],
  },
];

/** A host by name. */
export function hostNamed(name: string): LesionHost {
  const host = LESION_HOSTS.find((candidate) => candidate.name === name);
  if (host === undefined) throw new RangeError(`no lesion host '${name}'`);
  return host;
}

/** All labels of a host. */
export function hostLabels({ parts }: LesionHost): number[] {
  return parts.flatMap(({ labels }) => labels);
}
