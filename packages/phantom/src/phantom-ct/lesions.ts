import type { Random } from '@omnict/core';
import type { Anatomy } from './anatomy';
import { LESION_HOSTS, type LesionDensity, type LesionHost, type LesionSize } from './hosts';
import { VERTEBRA_L5 } from './labels';
import type { Ellipsoid, Point } from './shapes';

/** A lesion of one phantom. */
export interface Lesion {
  /** Name of its {@link LesionHost}. */
  host: string;
  side: 'left' | 'right' | 'none';
  shape: Ellipsoid;
  density: LesionDensity;
  /** HU: absolute for calcifications, else added to the organ's. */
  hu: { value: number; relative: boolean };
  size: LesionSize;
  /** Labels it is drawn on: it does not leave its organ, unless it swells it. */
  labels: readonly number[];
  grows: boolean;
}

/** How lesions are strewn. */
export interface LesionOptions {
  /** Share of hosts with a lesion. Default 0.45: presence and absence are both asked for. */
  share?: number;
  /** Most lesions of one host part. Default 1; more make an encoder's training richer. */
  crowd?: number;
}

/**
 * Diameters in mm: the gap between small and large keeps the question answerable, and small ones are
 * still a tenth of a token of the quickstart's size.
 */
const DIAMETER_MM = { small: [18, 24], large: [34, 44] } as const;

/** Half height of a flat lesion, mm: one slice of 11 mm. */
const FLAT_HALF_MM = [5.6, 6.4] as const;

/** Vertebrae that lesions lie in: the outermost may be cut off. */
const VERTEBRAE = { first: 1, last: 14 } as const;

/** Two lesions of one host are told apart, by units of three slices too, from here on. */
const APART_MM = 56;

/** Draws the lesions of one phantom. */
export function sampleLesions(
  random: Random,
  anatomy: Anatomy,
  { share = 0.45, crowd = 1 }: LesionOptions = {},
): Lesion[] {
  const lesions: Lesion[] = [];
  for (const host of LESION_HOSTS) {
    if (random.uniform() >= (host.name === 'lungs' ? Math.max(share, 0.75) : share)) continue;
    const count = crowd > 1 ? 1 + random.integer(crowd) : countOf(host, random);
    for (let attempt = 0, found = 0; found < count && attempt < 30; attempt++) {
      const lesion = sampleLesion(random, anatomy, host);
      const distance = crowd > 1 ? 8 : APART_MM;
      if (!lesions.every((other) => apart(lesion, other, distance))) continue;
      lesions.push(lesion);
      found++;
    }
  }
  return lesions;
}

/** Nodules come in ones, twos and threes, vertebral lesions in ones and twos, all others alone. */
function countOf({ name }: LesionHost, random: Random): number {
  if (name === 'lungs') return random.choice([1, 1, 1, 2, 2, 3]);
  return name === 'spine' ? random.choice([1, 2]) : 1;
}

function sampleLesion(random: Random, anatomy: Anatomy, host: LesionHost): Lesion {
  const { side, part, labels } = random.choice(host.parts);
  const size = random.choice(host.sizes);
  const density = random.choice(host.densities);
  const level = VERTEBRAE.first + random.integer(VERTEBRAE.last - VERTEBRAE.first + 1);
  const isVertebra = part === 'vertebrae';
  const body = isVertebra ? (anatomy.vertebrae[level] as Ellipsoid) : anatomy.organs[part];
  const diameter = size === 'small' ? (host.smallMm ?? DIAMETER_MM.small) : DIAMETER_MM.large;
  const radius = random.uniform(...diameter) / 2;
  const half = size === 'flat' ? random.uniform(...FLAT_HALF_MM) : radius;
  const within = { reach: isVertebra ? 0.15 : undefined, radius };
  return {
    host: host.name,
    side,
    shape: {
      kind: 'ellipsoid',
      center: host.grows === true ? body.center : placeInside(random, body, within),
      radii: [radius * random.uniform(0.92, 1.08), radius * random.uniform(0.92, 1.08), half],
      angle: random.uniform(0, Math.PI),
    },
    density,
    hu: attenuation(random, host, density),
    size,
    labels: isVertebra ? [VERTEBRA_L5 + level] : labels,
    grows: host.grows === true,
  };
}

function attenuation(
  random: Random,
  { contrastHu }: LesionHost,
  density: LesionDensity,
): Lesion['hu'] {
  if (density === 'calcified') return { value: random.uniform(500, 750), relative: false };
  const contrast = random.uniform(...contrastHu);
  return { value: density === 'hypodense' ? -contrast : contrast, relative: true };
}

/** A point in the host's inner part, so that the lesion's centre stays inside. */
function placeInside(
  random: Random,
  host: Ellipsoid,
  { reach: fixed, radius }: { reach: number | undefined; radius: number },
): Point {
  const reach = host.radii.map(
    (half) => fixed ?? Math.max(0.1, Math.min(0.7, (half - radius) / half)),
  );
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

/** Far enough from each other: lesions of one host to be counted, of others not to merge. */
function apart(a: Lesion, b: Lesion, sameHostMm: number): boolean {
  const gap = a.host === b.host && a.side === b.side ? sameHostMm : 0;
  const distance = Math.hypot(
    ...a.shape.center.map((value, i) => value - (b.shape.center[i] as number)),
  );
  return distance > Math.max(gap, Math.max(...a.shape.radii) + Math.max(...b.shape.radii) + 3);
}
