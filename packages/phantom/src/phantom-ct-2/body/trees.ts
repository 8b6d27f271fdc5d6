import type { Random } from '@omnict/core';
import { type PathPoint, type Point, segment, type Shape, tube } from '../geometry/shape';
import type { BodyBuilder } from './part';
import { TISSUES } from './tissues';

/** A tree that is about to grow. */
interface TreeOptions {
  /** Where it may grow. */
  host: Shape;
  root: PathPoint;
  /** Direction of the first branch; a unit vector. */
  direction: Point;
  /** mm from the first to the second fork. */
  length: number;
  generations: number;
  random: Random;
}

/** Radius of a daughter against its mother: Murray's law for two equal daughters, 2^(-1/3). */
const NARROWING = 0.79;

/** Segments of a tree that forks in two at each generation and stays in its host. */
export function growTree({
  host,
  root,
  direction,
  length,
  generations,
  random,
}: TreeOptions): Shape[] {
  const end = step(root, direction, length);
  const isInside = host.distance(...end.at) < -1.5;
  if (!isInside && generations < 4) return [];
  const branch = isInside ? [segment(root, end)] : [];
  if (generations === 0) return branch;
  const turns = orthogonal(direction, random);
  return [
    ...branch,
    ...[1, -1].flatMap((side) => {
      const turn = side * random.uniform(0.35, 0.75);
      return growTree({
        host,
        root: { at: isInside ? end.at : root.at, radius: end.radius * NARROWING },
        direction: unit([
          direction[0] + turn * turns[0],
          direction[1] + turn * turns[1],
          direction[2] + turn * turns[2],
        ]),
        length: length * random.uniform(0.72, 0.92),
        generations: generations - 1,
        random,
      });
    }),
  ];
}

/** Arteries, veins and bronchi of one lung, from its hilum. */
export function drawTree(
  body: BodyBuilder,
  { lung, side, hu }: { lung: Shape; side: 1 | -1; hu: number },
): void {
  const { bronchialWall, bronchialWidth } = body.changes;
  const hilum = body.at([side * 40, 20, 86]);
  const vessels: Shape[] = [];
  const walls: Shape[] = [];
  const lumens: Shape[] = [];
  for (const [dx, dy, dz] of [
    [0.45, -0.35, 0.85],
    [0.6, 0.5, 0.5],
    [0.7, -0.7, 0],
    [0.6, 0.45, -0.55],
    [0.4, -0.35, -0.8],
    [0.3, 0.65, -0.75],
  ] as const) {
    const direction = unit([side * dx, dy, dz]);
    const grow = (radius: number, length: number, generations: number): Shape[] =>
      growTree({
        host: lung,
        root: { at: hilum, radius: body.mm(radius) },
        direction,
        length: body.mm(length),
        generations,
        random: body.random,
      });
    vessels.push(...grow(3.6, 27, 6));
    const end = step({ at: hilum, radius: body.mm(3) }, direction, body.mm(30));
    const airway = [
      { at: hilum, radius: body.mm(3.4) },
      { at: [end.at[0], end.at[1] - 4, end.at[2]] as const, radius: body.mm(2.4) * bronchialWidth },
      { at: step(end, direction, body.mm(24)).at, radius: body.mm(1.4) * bronchialWidth },
    ];
    walls.push(
      ...tube(airway.map(({ at, radius }) => ({ at, radius: radius + 1.1 * bronchialWall }))),
    );
    lumens.push(...tube(airway));
  }
  // Vessels take the lung's label, as segmenters see them.
  body.draw(vessels, hu - 20, { fineness: 1.2 });
  body.draw(walls, TISSUES.wall, { fineness: 1.2 });
  body.draw(lumens, TISSUES.air, { fineness: 1.2 });
}

function step({ at, radius }: PathPoint, direction: Point, length: number): PathPoint {
  return {
    at: [
      at[0] + direction[0] * length,
      at[1] + direction[1] * length,
      at[2] + direction[2] * length,
    ],
    radius: radius * 0.9,
  };
}

function unit([x, y, z]: Point): Point {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** A random unit vector at right angles. */
function orthogonal([x, y, z]: Point, random: Random): Point {
  const [u, v, w] = [random.normal(), random.normal(), random.normal()];
  const along = u * x + v * y + w * z;
  return unit([u - along * x, v - along * y, w - along * z]);
}
