import type { Random } from '@omnict/core';
import type { Anatomy } from './anatomy';
import { LABEL } from './labels';
import type { Ellipsoid, Point } from './shapes';

/** Organs that lesions are drawn in. */
export const LESION_ORGANS = ['lungs', 'liver', 'spleen', 'kidneys'] as const;

/** One of them. */
export type LesionOrgan = (typeof LESION_ORGANS)[number];

/** How a lesion looks against its organ. */
export const LESION_DENSITIES = ['hypodense', 'hyperdense', 'calcified'] as const;

/** One of them. Lung nodules are soft tissue or calcified. */
export type LesionDensity = (typeof LESION_DENSITIES)[number];

/** A lesion of one phantom. */
export interface Lesion {
  organ: LesionOrgan;
  side: 'left' | 'right' | 'none';
  shape: Ellipsoid;
  density: LesionDensity;
  /** HU; absolute for lung nodules and calcifications, else added to the organ's. */
  hu: { value: number; relative: boolean };
  size: 'small' | 'large';
  extent: 'short' | 'long';
  /** Labels it is drawn on: it does not leave its organ. */
  labels: readonly number[];
}

/** Diameters in mm; the gap between small and large keeps the question answerable. */
const DIAMETER_MM = { small: [15, 20], large: [30, 40] } as const;

/** Draws the lesions of one phantom: which organs, and in the lungs how many. */
export function sampleLesions(random: Random, anatomy: Anatomy): Lesion[] {
  // At least one organ is affected and one is not, so that both answers can always be asked for;
  // the lungs more often than chance, since several questions need a nodule.
  const organCount = random.choice([1, 1, 2, 2, 3]);
  const shuffled = random.shuffle(LESION_ORGANS);
  const ordered =
    random.uniform() < 0.35
      ? ['lungs' as const, ...shuffled.filter((organ) => organ !== 'lungs')]
      : shuffled;
  const organs = ordered.slice(0, organCount);
  return organs.flatMap((organ) => {
    const count = organ === 'lungs' ? random.choice([1, 1, 1, 2, 2, 3]) : 1;
    const lesions: Lesion[] = [];
    for (let attempt = 0; lesions.length < count && attempt < 20; attempt++) {
      const lesion = sampleLesion(random, anatomy, organ);
      if (lesions.every((other) => apart(lesion, other))) lesions.push(lesion);
    }
    return lesions;
  });
}

function sampleLesion(random: Random, anatomy: Anatomy, organ: LesionOrgan): Lesion {
  const side =
    organ === 'lungs' || organ === 'kidneys' ? random.choice(['left', 'right'] as const) : 'none';
  const host = hostOf(anatomy, organ, side);
  const size = random.choice(['small', 'large'] as const);
  const extent = organ === 'lungs' ? random.choice(['short', 'long'] as const) : 'short';
  const radius = random.uniform(...DIAMETER_MM[size]) / 2;
  const stretch = extent === 'long' ? Math.max(2.4, 34 / radius) : 1;
  const shape: Ellipsoid = {
    kind: 'ellipsoid',
    center: placeInside(random, host, radius),
    radii: [radius * random.uniform(0.9, 1.1), radius * random.uniform(0.9, 1.1), radius * stretch],
    angle: random.uniform(0, Math.PI),
  };
  const density =
    organ === 'lungs'
      ? random.choice(['hyperdense', 'calcified'] as const)
      : random.choice(LESION_DENSITIES);
  return {
    organ,
    side,
    shape,
    density,
    hu: attenuation(random, organ, density),
    size,
    extent,
    labels: hostLabels(organ, side),
  };
}

function hostOf(anatomy: Anatomy, organ: LesionOrgan, side: Lesion['side']): Ellipsoid {
  const { organs } = anatomy;
  switch (organ) {
    case 'lungs':
      return side === 'left' ? organs.lungLeft : organs.lungRight;
    case 'kidneys':
      return side === 'left' ? organs.kidneyLeft : organs.kidneyRight;
    case 'liver':
      return organs.liver;
    case 'spleen':
      return organs.spleen;
  }
}

function hostLabels(organ: LesionOrgan, side: Lesion['side']): readonly number[] {
  switch (organ) {
    case 'lungs':
      return side === 'left'
        ? [LABEL.lungUpperLeft, LABEL.lungLowerLeft]
        : [LABEL.lungUpperRight, LABEL.lungMiddleRight, LABEL.lungLowerRight];
    case 'kidneys':
      return [side === 'left' ? LABEL.kidneyLeft : LABEL.kidneyRight];
    case 'liver':
      return [LABEL.liver];
    case 'spleen':
      return [LABEL.spleen];
  }
}

function attenuation(random: Random, organ: LesionOrgan, density: LesionDensity): Lesion['hu'] {
  if (density === 'calcified') return { value: random.uniform(450, 700), relative: false };
  if (organ === 'lungs') return { value: random.uniform(20, 60), relative: false };
  const contrast = random.uniform(85, 120);
  return { value: density === 'hypodense' ? -contrast : contrast, relative: true };
}

/** A point in the host's inner part, so that the lesion's centre stays inside. */
function placeInside(random: Random, host: Ellipsoid, radius: number): Point {
  const reach = host.radii.map((half) => Math.max(0.15, Math.min(0.7, (half - radius) / half)));
  for (;;) {
    const u = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)] as const;
    if (u[0] ** 2 + u[1] ** 2 + u[2] ** 2 > 1) continue;
    const [dx, dy, dz] = u.map(
      (value, axis) => value * (host.radii[axis] as number) * (reach[axis] as number),
    ) as [number, number, number];
    const cos = Math.cos(host.angle);
    const sin = Math.sin(host.angle);
    return [
      host.center[0] + dx * cos - dy * sin,
      host.center[1] + dx * sin + dy * cos,
      host.center[2] + dz,
    ];
  }
}

/** Far enough to be counted apart. */
function apart(a: Lesion, b: Lesion): boolean {
  const distance = Math.hypot(
    ...a.shape.center.map((value, i) => value - (b.shape.center[i] as number)),
  );
  return distance > Math.max(...a.shape.radii) + Math.max(...b.shape.radii) + 12;
}
