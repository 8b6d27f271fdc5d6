import type { Random } from '@omnict/core';
import type { Point, Shape } from '../geometry/shape';

/** Tries before the best place found is taken. */
const TRIES = 240;

/** A ball that looks for a place. */
export interface PlaceOptions {
  radius: number;
  /** Heights its centre may have, mm. */
  range: readonly [low: number, high: number];
  /** Centres of others, and how far to stay from each. */
  others: readonly { center: Point; distance: number }[];
  random: Random;
}

/**
 * A point of a solid that keeps `radius` from its surface where it can, else the deepest found. All
 * heights are as likely, so that upper, middle and lower parts are too.
 *
 * @returns undefined when no point of the solid lies in range
 */
export function placeInside(
  host: Shape,
  { radius, range, others, random }: PlaceOptions,
): Point | undefined {
  const { low, high } = host.bounds;
  const [bottom, top] = [Math.max(low[2], range[0]), Math.min(high[2], range[1])];
  let best: Point | undefined;
  let deepest = 0;
  for (let attempt = 0; attempt < TRIES && top > bottom;) {
    const z = random.uniform(bottom, top);
    for (let inPlane = 0; inPlane < 24; inPlane++, attempt++) {
      const point: Point = [random.uniform(low[0], high[0]), random.uniform(low[1], high[1]), z];
      const depth = -host.distance(...point);
      if (depth <= deepest || !isApart(point, others)) continue;
      deepest = Math.min(depth, radius);
      best = point;
      if (depth >= radius) return point;
    }
  }
  return best;
}

/** A point of a solid's surface, within range. */
export function placeOnSurface(host: Shape, options: PlaceOptions): Point | undefined {
  const start = placeInside(host, { ...options, radius: 2 });
  if (start === undefined) return undefined;
  const direction = unit([
    options.random.normal(),
    options.random.normal(),
    options.random.normal(0, 0.25),
  ]);
  let [near, far] = [0, 200];
  for (let step = 0; step < 24; step++) {
    const middle = (near + far) / 2;
    if (host.distance(...along(start, direction, middle)) < 0) near = middle;
    else far = middle;
  }
  return along(start, direction, near);
}

function isApart(point: Point, others: PlaceOptions['others']): boolean {
  return others.every(
    ({ center, distance }) =>
      Math.hypot(point[0] - center[0], point[1] - center[1], point[2] - center[2]) > distance,
  );
}

function along(from: Point, direction: Point, by: number): Point {
  return [from[0] + direction[0] * by, from[1] + direction[1] * by, from[2] + direction[2] * by];
}

/** The point's vector, of length 1. */
export function unit([x, y, z]: Point): Point {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
