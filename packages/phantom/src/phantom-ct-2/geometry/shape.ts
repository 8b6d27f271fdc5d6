/**
 * @file Shapes as signed distances in patient coordinates: mm, x to the patient's left, y to the
 * back, z to the head (LPS). Negative inside. Distances are exact for spheres and round cones, and
 * first-order right near the surface of the others, which is where they are used.
 */

/** A point `[x, y, z]` in mm. */
export type Point = readonly [x: number, y: number, z: number];

/** A box that encloses a shape, mm. */
export interface Bounds {
  low: Point;
  high: Point;
}

/** Outside by more than this, a point needs no exact distance, mm. */
export const FAR_MM = 25;

/** A solid. */
export interface Shape {
  bounds: Bounds;
  /**
   * Signed distance to the surface, mm; negative inside. Of a point that is farther outside than `far`
   * mm (default {@link FAR_MM}) it may be any distance beyond `far`: shapes of shapes leave off early.
   */
  distance: (x: number, y: number, z: number, far?: number) => number;
}

/** Half axes in mm; turned by `angle` from x towards y, then by `tilt` from x towards z (radians). */
export interface EllipsoidOptions {
  center: Point;
  radii: Point;
  angle?: number;
  tilt?: number;
}

/** An ellipsoid. */
export function ellipsoid({ center, radii, angle = 0, tilt = 0 }: EllipsoidOptions): Shape {
  const [cx, cy, cz] = center;
  const [rx, ry, rz] = radii;
  const cosA = Math.cos(angle);
  const sinA = Math.sin(angle);
  const cosT = Math.cos(tilt);
  const sinT = Math.sin(tilt);
  const smallest = Math.min(rx, ry, rz);
  const distance = (x: number, y: number, z: number): number => {
    const dx = x - cx;
    const dy = y - cy;
    const dz = z - cz;
    const across = dx * cosA + dy * sinA;
    const u = (across * cosT + dz * sinT) / rx;
    const v = (dy * cosA - dx * sinA) / ry;
    const w = (dz * cosT - across * sinT) / rz;
    const level = Math.sqrt(u * u + v * v + w * w);
    if (level < 1e-6) return -smallest;
    const gu = u / rx;
    const gv = v / ry;
    const gw = w / rz;
    return (level * (level - 1)) / Math.sqrt(gu * gu + gv * gv + gw * gw);
  };
  // Extent of a turned ellipsoid along an axis: length of the axis' row of rotation times radii.
  const half: Point = [
    Math.hypot(rx * cosA * cosT, ry * sinA, rz * cosA * sinT),
    Math.hypot(rx * sinA * cosT, ry * cosA, rz * sinA * sinT),
    Math.hypot(rx * sinT, rz * cosT),
  ];
  return { bounds: around(center, half), distance };
}

/** A sphere. */
export function sphere(center: Point, radius: number): Shape {
  return ellipsoid({ center, radii: [radius, radius, radius] });
}

/** A point of a path, with the radius there. */
export interface PathPoint {
  at: Point;
  radius: number;
}

/** A segment of a tube: the hull of two balls whose radii may differ. */
export function segment(from: PathPoint, to: PathPoint): Shape {
  const [ax, ay, az] = from.at;
  const bx = to.at[0] - ax;
  const by = to.at[1] - ay;
  const bz = to.at[2] - az;
  const length2 = Math.max(1e-9, bx * bx + by * by + bz * bz);
  const radius = from.radius;
  const growth = to.radius - radius;
  const distance = (x: number, y: number, z: number): number => {
    const px = x - ax;
    const py = y - ay;
    const pz = z - az;
    const along = (px * bx + py * by + pz * bz) / length2;
    const share = along < 0 ? 0 : along > 1 ? 1 : along;
    const dx = px - bx * share;
    const dy = py - by * share;
    const dz = pz - bz * share;
    return Math.sqrt(dx * dx + dy * dy + dz * dz) - radius - growth * share;
  };
  return {
    bounds: joined([
      around(from.at, [from.radius, from.radius, from.radius]),
      around(to.at, [to.radius, to.radius, to.radius]),
    ]),
    distance,
  };
}

/** The segments of a tube along a path. */
export function tube(path: readonly PathPoint[]): Shape[] {
  return path.slice(1).map((point, index) => segment(path[index] as PathPoint, point));
}

/** A section of a column: an ellipse in the plane at `z`. */
export interface ColumnSection {
  z: number;
  center: readonly [x: number, y: number];
  radii: readonly [x: number, y: number];
}

/** How the section of a column is shaped: an ellipse, or squarer, as trunks and vertebrae are. */
export type SectionKind = 'ellipse' | 'squarish';

/**
 * A column along z whose section changes smoothly: trunk, thoracic cavity, vertebral body.
 *
 * @param sections by rising z; at least two
 */
export function column(sections: readonly ColumnSection[], kind: SectionKind = 'ellipse'): Shape {
  const lowest = (sections[0] as ColumnSection).z;
  const highest = (sections[sections.length - 1] as ColumnSection).z;
  const table = sectionTable(sections);
  const last = table.length / 4 - 1;
  const planeDistance = kind === 'ellipse' ? ellipseDistance : squarishDistance;
  const distance = (x: number, y: number, z: number): number => {
    const height = Math.max(0, Math.min(last, ((z - lowest) / (highest - lowest)) * last));
    const below = Math.min(last - 1, Math.floor(height));
    const share = height - below;
    const i = below * 4;
    const cx = mixed(table, i, share);
    const cy = mixed(table, i + 1, share);
    const rx = mixed(table, i + 2, share);
    const ry = mixed(table, i + 3, share);
    const across = planeDistance(x - cx, y - cy, rx, ry);
    const beyond = Math.max(lowest - z, z - highest);
    return across > beyond ? across : beyond;
  };
  const boxes = sections.map(({ z, center, radii }) =>
    around([center[0], center[1], z], [radii[0], radii[1], 0]),
  );
  return { bounds: joined(boxes), distance };
}

/** Centre and radii `[cx, cy, rx, ry]` about every millimetre: looked up far faster than computed. */
function sectionTable(sections: readonly ColumnSection[]): Float64Array {
  const lowest = (sections[0] as ColumnSection).z;
  const highest = (sections[sections.length - 1] as ColumnSection).z;
  const count = Math.max(2, Math.ceil(highest - lowest) + 1);
  const table = new Float64Array(count * 4);
  for (let i = 0; i < count; i++) {
    const z = lowest + ((highest - lowest) * i) / (count - 1);
    const { center, radii } = sectionAt(sections, z);
    table.set([center[0], center[1], radii[0], radii[1]], i * 4);
  }
  return table;
}

function mixed(table: Float64Array, index: number, share: number): number {
  const value = table[index] as number;
  return value + ((table[index + 4] as number) - value) * share;
}

function ellipseDistance(dx: number, dy: number, rx: number, ry: number): number {
  const u = dx / rx;
  const v = dy / ry;
  const level = Math.sqrt(u * u + v * v);
  if (level < 1e-6) return -Math.min(rx, ry);
  const gu = u / rx;
  const gv = v / ry;
  return (level * (level - 1)) / Math.sqrt(gu * gu + gv * gv);
}

/**
 * Halfway between an ellipse and a superellipse of exponent 4, about exponent 2.6: square roots where
 * a true superellipse needs powers.
 */

function squarishDistance(dx: number, dy: number, rx: number, ry: number): number {
  const u = dx / rx;
  const v = dy / ry;
  const u2 = u * u;
  const v2 = v * v;
  const round = Math.sqrt(u2 + v2);
  if (round < 1e-6) return -Math.min(rx, ry);
  const square = Math.sqrt(Math.sqrt(u2 * u2 + v2 * v2));
  const cube = square * square * square;
  const gu = (u / round + (u * u2) / cube) / rx;
  const gv = (v / round + (v * v2) / cube) / ry;
  return (round + square - 2) / Math.sqrt(gu * gu + gv * gv);
}

/** Sections between those given follow a smooth curve. */
function sectionAt(sections: readonly ColumnSection[], z: number): ColumnSection {
  let index = sections.findIndex((section) => section.z >= z);
  if (index < 0) index = sections.length - 1;
  const above = sections[index] as ColumnSection;
  const below = sections[Math.max(0, index - 1)] as ColumnSection;
  const t = above.z === below.z ? 0 : Math.max(0, Math.min(1, (z - below.z) / (above.z - below.z)));
  const smooth = t * t * (3 - 2 * t);
  const mix = (a: number, b: number): number => a + (b - a) * smooth;
  return {
    z,
    center: [mix(below.center[0], above.center[0]), mix(below.center[1], above.center[1])],
    radii: [mix(below.radii[0], above.radii[0]), mix(below.radii[1], above.radii[1])],
  };
}

/** Box about a point. */
export function around(center: Point, half: Point): Bounds {
  return {
    low: [center[0] - half[0], center[1] - half[1], center[2] - half[2]],
    high: [center[0] + half[0], center[1] + half[1], center[2] + half[2]],
  };
}

/** How far a point is outside of a box along the axis where it is farthest, mm; negative inside. */
export function boxDistance({ low, high }: Bounds, x: number, y: number, z: number): number {
  return Math.max(low[0] - x, x - high[0], low[1] - y, y - high[1], low[2] - z, z - high[2]);
}

/** Smallest box that holds the boxes. */
export function joined(boxes: readonly Bounds[]): Bounds {
  const pick = (choose: (...values: number[]) => number, side: 'low' | 'high'): Point => [
    choose(...boxes.map((box) => box[side][0])),
    choose(...boxes.map((box) => box[side][1])),
    choose(...boxes.map((box) => box[side][2])),
  ];
  return { low: pick(Math.min, 'low'), high: pick(Math.max, 'high') };
}
