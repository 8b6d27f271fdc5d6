import { around, type Bounds, boxDistance, FAR_MM, joined, type Point, type Shape } from './shape';

/** @file Shapes made of shapes. The rules keep distances bounds of the true ones. */

/** What lies in any of the shapes. */
export function union(...shapes: readonly Shape[]): Shape {
  return {
    bounds: joined(shapes.map(({ bounds }) => bounds)),
    distance: (x, y, z, far) => {
      let least = Infinity;
      for (let i = 0; i < shapes.length; i++) {
        const shape = shapes[i] as Shape;
        if (boxDistance(shape.bounds, x, y, z) >= least) continue;
        const next = shape.distance(x, y, z, far);
        if (next < least) least = next;
      }
      return least;
    },
  };
}

/**
 * Union whose seams are rounded: organs have no creases.
 *
 * @param radius how far from a seam it begins to be rounded, mm
 * @see https://iquilezles.org/articles/smin/ (quadratic smooth minimum)
 */
export function blend(radius: number, ...shapes: readonly Shape[]): Shape {
  return {
    bounds: grown(joined(shapes.map(({ bounds }) => bounds)), radius / 4),
    distance: (x, y, z, far = FAR_MM) => {
      let result = Infinity;
      for (let i = 0; i < shapes.length; i++) {
        // A shape beyond this is too far to round a seam with one that is not beyond `far`.
        const next = (shapes[i] as Shape).distance(x, y, z, far + 1.25 * radius);
        const overlap = radius - Math.abs(result - next);
        if (next < result) result = next;
        if (overlap > 0) result -= (overlap * overlap) / (4 * radius);
      }
      return result;
    },
  };
}

/** What lies in all of the shapes; put first what is computed fastest and leaves most out. */
export function intersect(...shapes: readonly Shape[]): Shape {
  const pick = (choose: (...values: number[]) => number, side: 'low' | 'high'): Point => [
    choose(...shapes.map(({ bounds }) => bounds[side][0])),
    choose(...shapes.map(({ bounds }) => bounds[side][1])),
    choose(...shapes.map(({ bounds }) => bounds[side][2])),
  ];
  const bounds = { low: pick(Math.max, 'low'), high: pick(Math.min, 'high') };
  return {
    bounds,
    distance: (x, y, z, far = FAR_MM) => {
      const outside = boxDistance(bounds, x, y, z);
      if (outside > far) return outside;
      let most = -Infinity;
      for (let i = 0; i < shapes.length; i++) {
        const next = (shapes[i] as Shape).distance(x, y, z, far);
        if (next > most) most = next;
        if (most > far) return most; // far outside already: the others cannot bring it nearer
      }
      return most;
    },
  };
}

/** The first shape without the others. */
export function subtract(shape: Shape, ...removed: readonly Shape[]): Shape {
  return {
    bounds: shape.bounds,
    distance: (x, y, z, far = FAR_MM) => {
      let most = shape.distance(x, y, z, far);
      for (let i = 0; i < removed.length && most < far; i++) {
        const cut = removed[i] as Shape;
        // What is farther from the point than the surface is changes nothing.
        if (boxDistance(cut.bounds, x, y, z) >= -most) continue;
        const next = -cut.distance(x, y, z, Math.max(FAR_MM, -most));
        if (next > most) most = next;
      }
      return most;
    },
  };
}

/** The shape with its surface moved outwards by mm, inwards when negative. */
export function offset(shape: Shape, by: number): Shape {
  return {
    bounds: by > 0 ? grown(shape.bounds, by) : shape.bounds,
    distance: (x, y, z, far = FAR_MM) => shape.distance(x, y, z, far + by) - by,
  };
}

/** A layer of `thickness` mm that begins at the surface and reaches inwards. */
export function shell(shape: Shape, thickness: number): Shape {
  return {
    bounds: shape.bounds,
    distance: (x, y, z, far) => {
      const depth = shape.distance(x, y, z, far);
      return Math.max(depth, -depth - thickness);
    },
  };
}

/** Where `level` is negative; unbounded, so only of use inside {@link intersect}. */
export function region(level: (x: number, y: number, z: number) => number): Shape {
  return { bounds: EVERYWHERE, distance: level };
}

/** A surface that waves gently, as organs' do. */
export interface Waves {
  /** Largest displacement, mm. */
  amplitude: number;
  /** mm from crest to crest. */
  wavelength: number;
  /** Where the waves begin, radians. */
  phases: Point;
}

/** The shape with waves on its surface. */
export function wavy(shape: Shape, { amplitude, wavelength, phases }: Waves): Shape {
  const k = (2 * Math.PI) / wavelength;
  return {
    bounds: grown(shape.bounds, amplitude),
    distance: (x, y, z, far = FAR_MM) => {
      const depth = shape.distance(x, y, z, Math.max(far + amplitude, 4 * amplitude));
      if (Math.abs(depth) > 4 * amplitude) return depth - Math.sign(depth) * amplitude;
      const wave =
        Math.sin(k * x + phases[0]) +
        Math.sin(k * y + phases[1] + 0.7 * x * k) +
        Math.sin(k * z + phases[2] + 0.7 * y * k);
      return depth + (amplitude / 3) * wave;
    },
  };
}

/** Largest coordinate of any body, mm, doubled. */
const EVERYWHERE: Bounds = around([0, 0, 0], [2000, 2000, 2000]);

function grown({ low, high }: Bounds, by: number): Bounds {
  return {
    low: [low[0] - by, low[1] - by, low[2] - by],
    high: [high[0] + by, high[1] + by, high[2] + by],
  };
}
