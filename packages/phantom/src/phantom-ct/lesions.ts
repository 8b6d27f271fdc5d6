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
    const parts =
      crowd > 1 ? anyParts(host, 1 + random.integer(crowd), random) : partsOf(host, random);
    const isPair = crowd === 1 && parts.length === 2 && parts[0] !== parts[1];
    const distance = { sameHost: crowd > 1 ? 8 : APART_MM, height: isPair ? PAIR_HEIGHT_MM : 0 };
    for (let attempt = 0, found = 0; found < parts.length && attempt < 60; attempt++) {
      const lesion = sampleLesion(random, anatomy, { host, part: parts[found] as HostPart });
      if (!lesions.every((other) => apart(lesion, other, distance))) continue;
      lesions.push(lesion);
      found++;
    }
  }
  return lesions;
}

type HostPart = LesionHost['parts'][number];

/** Least difference in height of one nodule in each lung, mm: which is higher can be asked. */
const PAIR_HEIGHT_MM = 40;

/**
 * Draws which parts of a host have a lesion. Nodules come alone, one in each lung, or up to three
 * anywhere, so that places along the body are asked for as often as others; vertebral lesions come in ones
 * and twos, all others alone.
 */
function partsOf(host: LesionHost, random: Random): readonly HostPart[] {
  if (host.name === 'spine') return anyParts(host, random.choice([1, 2]), random);
  if (host.name !== 'lungs') return anyParts(host, 1, random);
  const kind = random.uniform();
  if (kind < 0.4) return anyParts(host, 1, random);
  if (kind < 0.75) return random.shuffle(host.parts);
  return anyParts(host, random.choice([2, 3, 3]), random);
}

function anyParts({ parts }: LesionHost, count: number, random: Random): HostPart[] {
  return Array.from({ length: count }, () => random.choice(parts));
}

function sampleLesion(
  random: Random,
  anatomy: Anatomy,
  { host, part: { side, part, labels } }: { host: LesionHost; part: HostPart },
): Lesion {
  const size = random.choice(host.sizes);
  const density = random.choice(host.densities);
  const level = VERTEBRAE.first + random.integer(VERTEBRAE.last - VERTEBRAE.first + 1);
  const isVertebra = part === 'vertebrae';
  const body = isVertebra ? (anatomy.vertebrae[level] as Ellipsoid) : anatomy.organs[part];
  const diameter = size === 'small' ? (host.smallMm ?? DIAMETER_MM.small) : DIAMETER_MM.large;
  const radius = random.uniform(...diameter) / 2;
  const half = size === 'flat' ? random.uniform(...FLAT_HALF_MM) : radius;
  const isNodule = host.name === 'lungs';
  const within = { reach: isVertebra ? 0.15 : undefined, radius, anyHeight: isNodule };
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

/**
 * A point in the host's inner part, so that the lesion's centre stays inside. With `anyHeight`, every
 * height is as likely; else every place, which favours the middle.
 */
function placeInside(
  random: Random,
  host: Ellipsoid,
  {
    reach: fixed,
    radius,
    anyHeight,
  }: { reach: number | undefined; radius: number; anyHeight: boolean },
): Point {
  const reach = host.radii.map(
    (half) => fixed ?? Math.max(0.1, Math.min(0.7, (half - radius) / half)),
  );
  const height = random.uniform(-1, 1);
  for (;;) {
    const up = anyHeight ? height * 0.95 : random.uniform(-1, 1); // 0.95: there must be room beside it
    const u = [random.uniform(-1, 1), random.uniform(-1, 1), up] as const;
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

/** Far enough from each other: lesions of one host to be counted or ordered, of others not to merge. */
function apart(
  a: Lesion,
  b: Lesion,
  { sameHost, height }: { sameHost: number; height: number },
): boolean {
  const isSameHost = a.host === b.host;
  if (isSameHost && Math.abs(a.shape.center[2] - b.shape.center[2]) < height) return false;
  const gap = isSameHost && a.side === b.side ? sameHost : 0;
  const distance = Math.hypot(
    ...a.shape.center.map((value, i) => value - (b.shape.center[i] as number)),
  );
  return distance > Math.max(gap, Math.max(...a.shape.radii) + Math.max(...b.shape.radii) + 3);
}
