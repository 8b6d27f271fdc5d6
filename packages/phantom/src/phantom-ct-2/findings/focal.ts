import type { Random } from '@omnict/core';
import type { Body } from '../body/part';
import type { FocalGeometry, Host } from '../catalogue/finding';
import { blend, intersect, wavy } from '../geometry/combine';
import { ellipsoid, type Point, segment, type Shape } from '../geometry/shape';
import { placeInside, placeOnSurface, unit } from './place';

/** One ball of a focal finding. */
export interface Site {
  center: Point;
  /** mm across the body's axis. */
  diameter: number;
  isElongated: boolean;
  host: Host;
}

/** How much further an elongated lesion reaches along z. */
const ELONGATION = 2.2;

/** mm between neighbouring lesions at least, so that they can be counted. */
const GAP_MM = 14;

/** Looks for places of `count` lesions; fewer when there is no room. */
export function placeSites(
  body: Body,
  geometry: FocalGeometry,
  options: {
    count: number;
    diameter: number;
    range: readonly [number, number];
    random: Random;
  },
): Site[] {
  const { count, diameter, range, random } = options;
  const sites: Site[] = [];
  const isElongated = geometry.mayBeElongated === true && random.uniform() < 0.5;
  const sides = random.shuffle(['left', 'right'] as const);
  for (let attempt = 0; sites.length < count && attempt < 12; attempt++) {
    // Sides first, as both are to be as frequent; several lesions take turns.
    const side = sides[sites.length % 2];
    const onSide = geometry.hosts.filter((host) => host.side === undefined || host.side === side);
    const host = random.choice(onSide);
    const solid = body.structures.get(host.structure);
    if (solid === undefined) continue;
    const size = diameter * (sites.length === 0 ? 1 : random.uniform(0.62, 0.78));
    const reach = (size / 2) * (isElongated ? ELONGATION : 1);
    const place = geometry.position === 'surface' ? placeOnSurface : placeInside;
    const center = place(solid, {
      radius: geometry.position === 'inside' ? size / 2 + 1 : 2,
      range: [range[0] + reach, range[1] - reach],
      others: sites.map((other) => ({
        center: other.center,
        distance: (other.diameter * (other.isElongated ? ELONGATION : 1)) / 2 + reach + GAP_MM,
      })),
      random,
    });
    if (center !== undefined) sites.push({ center, diameter: size, isElongated, host });
  }
  return sites;
}

/** The solid of a lesion. */
export function shapeOfSite(body: Body, geometry: FocalGeometry, site: Site): Shape {
  const { center, diameter, isElongated, host } = site;
  const radius = diameter / 2;
  const ball = ellipsoid({
    center,
    radii: [radius, radius, radius * (isElongated ? ELONGATION : 1)],
  });
  const shape = withSurface(ball, geometry.surface, site);
  const solid = body.structures.get(host.structure);
  if (solid === undefined || geometry.position === 'center' || geometry.position === 'surface') {
    return shape;
  }
  const fits =
    geometry.position === 'inside' && solid.distance(...center) <= -radius && !isElongated;
  return fits ? shape : intersect(shape, solid);
}

function withSurface(
  ball: Shape,
  surface: FocalGeometry['surface'],
  { center, diameter }: Site,
): Shape {
  const radius = diameter / 2;
  // The centre decides the waves, so that a lesion keeps its form from one time point to the next.
  const phases: Point = [center[0], center[1], center[2]];
  switch (surface) {
    case 'smooth':
      return ball;
    case 'lobulated':
      return wavy(ball, { amplitude: radius * 0.18, wavelength: radius * 1.7, phases });
    case 'spiculated':
      return blend(
        radius * 0.3,
        wavy(ball, { amplitude: radius * 0.12, wavelength: radius, phases }),
        ...Array.from({ length: 9 }, (_, i) => spicule(center, radius, i)),
      );
  }
}

function spicule(center: Point, radius: number, index: number): Shape {
  const angle = index * 2.4 + center[0]; // the golden angle spreads them
  const z = ((index + 0.5) / 9) * 2 - 1;
  const flat = Math.sqrt(1 - z * z);
  const [x, y] = [Math.cos(angle) * flat, Math.sin(angle) * flat];
  const direction = unit([x, y, z]);
  const at = (share: number): Point => [
    center[0] + direction[0] * radius * share,
    center[1] + direction[1] * radius * share,
    center[2] + direction[2] * radius * share,
  ];
  return segment({ at: at(0.8), radius: radius * 0.14 }, { at: at(1.45), radius: 0.5 });
}
