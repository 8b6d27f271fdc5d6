import type { VolumeGeometry } from '@omnict/core';

/**
 * @file Analytic shapes in patient coordinates: mm, x to the patient's left, y to the back, z to
 * the head (LPS). They can be sampled on any axis-aligned grid, a whole volume or one plane.
 */

/** A point `[x, y, z]` in mm. */
export type Point = readonly [x: number, y: number, z: number];

/** An ellipsoid, turned about its z axis. */
export interface Ellipsoid {
  kind: 'ellipsoid';
  center: Point;
  /** Half axes in mm. */
  radii: Point;
  /** Radians, from x towards y. */
  angle: number;
}

/** A tube along z whose centre and radius may drift with z. */
export interface Tube {
  kind: 'tube';
  /** Where the tube begins and ends, mm. */
  range: readonly [low: number, high: number];
  /** Centre at a height. */
  center: (z: number) => readonly [x: number, y: number];
  /** Half axes `[x, y]` at a height. */
  radii: (z: number) => readonly [x: number, y: number];
}

/** Any shape. */
export type Shape = Ellipsoid | Tube;

/**
 * Called with the flat index and the position of a voxel. Numbers on their own, because an object for
 * each voxel would take longer than the work.
 */

type Visit = (index: number, x: number, y: number, z: number) => void;

/** Calls visit for every voxel whose centre lies in the shape, within the shape's box only. */
export function visitVoxels(shape: Shape, grid: VolumeGeometry, visit: Visit): void {
  const [depth] = grid.shape;
  const [spacingZ] = grid.spacing;
  const originZ = grid.origin[2];
  const [low, high] =
    shape.kind === 'tube'
      ? shape.range
      : [shape.center[2] - shape.radii[2], shape.center[2] + shape.radii[2]];
  const first = Math.max(0, Math.ceil((low - originZ) / spacingZ));
  const last = Math.min(depth - 1, Math.floor((high - originZ) / spacingZ));
  for (let plane = first; plane <= last; plane++) {
    const z = originZ + plane * spacingZ;
    const section = sectionAt(shape, z);
    if (section !== null) visitSection(section, { grid, plane, z, visit });
  }
}

/** An ellipse in a plane of constant z. */
interface Section {
  x: number;
  y: number;
  radiusX: number;
  radiusY: number;
  angle: number;
}

function sectionAt(shape: Shape, z: number): Section | null {
  if (shape.kind === 'tube') {
    const [x, y] = shape.center(z);
    const [radiusX, radiusY] = shape.radii(z);
    return radiusX > 0 && radiusY > 0 ? { x, y, radiusX, radiusY, angle: 0 } : null;
  }
  const height = (z - shape.center[2]) / shape.radii[2];
  const scale = Math.sqrt(Math.max(0, 1 - height * height));
  if (scale === 0) return null;
  return {
    x: shape.center[0],
    y: shape.center[1],
    radiusX: shape.radii[0] * scale,
    radiusY: shape.radii[1] * scale,
    angle: shape.angle,
  };
}

function visitSection(
  section: Section,
  { grid, plane, z, visit }: { grid: VolumeGeometry; plane: number; z: number; visit: Visit },
): void {
  const [, height, width] = grid.shape;
  const [, spacingY, spacingX] = grid.spacing;
  const [originX, originY] = grid.origin;
  const cos = Math.cos(section.angle);
  const sin = Math.sin(section.angle);
  const halfX = Math.hypot(section.radiusX * cos, section.radiusY * sin);
  const halfY = Math.hypot(section.radiusX * sin, section.radiusY * cos);
  const index = (position: number, origin: number, spacing: number): number =>
    (position - origin) / spacing;
  const firstRow = Math.max(0, Math.ceil(index(section.y - halfY, originY, spacingY)));
  const lastRow = Math.min(height - 1, Math.floor(index(section.y + halfY, originY, spacingY)));
  const firstColumn = Math.max(0, Math.ceil(index(section.x - halfX, originX, spacingX)));
  const lastColumn = Math.min(width - 1, Math.floor(index(section.x + halfX, originX, spacingX)));
  for (let row = firstRow; row <= lastRow; row++) {
    const y = originY + row * spacingY;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const x = originX + column * spacingX;
      const dx = x - section.x;
      const dy = y - section.y;
      const u = (dx * cos + dy * sin) / section.radiusX;
      const v = (dy * cos - dx * sin) / section.radiusY;
      if (u * u + v * v <= 1) visit((plane * height + row) * width + column, x, y, z);
    }
  }
}
