import type { Random } from '@omnict/core';
import type { Body, Part } from '../body/part';
import type { LungGeometry, PlaqueGeometry } from '../catalogue/finding';
import {
  blend,
  intersect,
  offset,
  region,
  shell,
  subtract,
  union,
  wavy,
} from '../geometry/combine';
import { ellipsoid, type Point, type Shape, sphere, tube } from '../geometry/shape';
import { placeInside, placeOnSurface } from './place';

/** What is needed to draw a finding that is not a ball. */
export interface DiffuseOptions {
  size: number;
  side: 'left' | 'right';
  /** Name of the lobe, for patches. */
  lobe: string;
  /** Heights that the scan holds, mm. */
  range: readonly [low: number, high: number];
  random: Random;
}

/** Shapes of a finding, and how they mix with what is there. */
export interface Drawing {
  shapes: readonly Shape[];
  mode?: Part['mode'];
  /** '' when the organ ends where the finding begins. */
  label?: '';
}

function structure(body: Body, name: string): Shape {
  const shape = body.structures.get(name);
  if (shape === undefined) throw new Error(`findings: the body has no '${name}'`);
  return shape;
}

/** Fluid gathers where gravity takes it. */
export function drawFluid(
  body: Body,
  space: 'pleural' | 'pericardial' | 'peritoneal',
  { size, side }: DiffuseOptions,
): Drawing {
  const isProne = body.plan.variants.position === 'prone';
  const diaphragm = structure(body, 'under diaphragm');
  switch (space) {
    case 'pleural': {
      const lung = structure(body, `lung ${side}`);
      const { low, high } = structure(body, 'cavity').bounds;
      const [front, back] = [low[1] + 12, high[1] - 6];
      const zero = structure(body, 'heart').bounds.low[2];
      // Its surface rises towards the base: more of it lies there.
      const level = region((_x, y, z) => {
        const climb = 0.22 * (z - zero);
        return isProne ? y - (front + size - climb) : back - size + climb - y;
      });
      return { shapes: [intersect(level, lung)], label: '' };
    }
    case 'pericardial': {
      const heart = structure(body, 'heart');
      const top = heart.bounds.high[2] - 12 * body.plan.scale;
      const sac = subtract(
        intersect(
          region((_x, _y, z) => z - top),
          offset(heart, size),
        ),
        heart,
        diaphragm,
        structure(body, 'spine block'),
      );
      return { shapes: [sac], label: '' };
    }
    case 'peritoneal': {
      const wall = offset(structure(body, 'cavity'), -1);
      const around = subtract(
        intersect(offset(diaphragm, -2), shell(wall, size)),
        ...['liver', 'spleen', 'stomach', 'colon', 'spine block'].map((name) =>
          structure(body, name),
        ),
        structure(body, 'perirenal fat left'),
        structure(body, 'perirenal fat right'),
      );
      return { shapes: [around], label: '' };
    }
  }
}

/** Calcium on vessel walls. */
export function drawPlaques(
  body: Body,
  { hosts, plaque }: PlaqueGeometry,
  { size, range, random }: DiffuseOptions,
): Drawing {
  const shapes: Shape[] = [];
  for (let i = 0; i < Math.round(size); i++) {
    const vessel = structure(body, random.choice(hosts).structure);
    const at = placeOnSurface(vessel, { radius: 1, range, others: [], random });
    const radius = random.uniform(...plaque) / 2;
    if (at === undefined) continue;
    const flake = ellipsoid({ center: at, radii: [radius, radius, radius * 1.3] });
    // Thin coronary vessels calcify as a whole, the aorta on its wall.
    shapes.push(
      radius < 4.1 && plaque[1] <= 8 ? flake : intersect(flake, shell(offset(vessel, 1), 3.5)),
    );
  }
  return { shapes };
}

/** Patterns of diseased lung. */
export function drawLung(
  body: Body,
  pattern: LungGeometry['pattern'],
  options: DiffuseOptions,
): Drawing {
  const { size, side, random, range, lobe } = options;
  const both = union(structure(body, 'lung left'), structure(body, 'lung right'));
  switch (pattern) {
    case 'patch':
      return { shapes: [patch(structure(body, lobe), options)], mode: 'lighten' };
    case 'bullae':
      return { shapes: bullae(both, { percent: size, range, random }), mode: 'darken' };
    case 'band': {
      const above = offset(structure(body, 'under diaphragm'), size);
      const behind = region((x, y) => 8 - y - 0.15 * Math.abs(x));
      return {
        shapes: [intersect(behind, above, structure(body, `lung ${side}`))],
        mode: 'lighten',
      };
    }
    case 'reticulation':
      return {
        shapes: sheets(both, { depth: size, spacing: 9, thickness: 2.4, lowest: 140, random }),
        mode: 'lighten',
      };
    case 'septa':
      return {
        shapes: sheets(both, { depth: size, spacing: 17, thickness: 2.6, lowest: 400, random }),
        mode: 'lighten',
      };
    case 'mosaic':
      return { shapes: [intersect(mosaic(size, random), offset(both, -2))], mode: 'lighten' };
  }
}

/** A cloud: balls about a point, cut where the lobe ends. */
function patch(lobe: Shape, { size, range, random }: DiffuseOptions): Shape {
  const radius = size / 2;
  const center = placeInside(lobe, {
    radius: radius * 0.6,
    range: [range[0] + radius * 0.7, range[1] - radius * 0.7],
    others: [],
    random,
  });
  const at = center ?? middle(lobe);
  const balls = Array.from({ length: 6 }, (_, i) =>
    sphere(
      i === 0
        ? at
        : [
            at[0] + random.normal(0, radius * 0.35),
            at[1] + random.normal(0, radius * 0.35),
            at[2] + random.normal(0, radius * 0.3),
          ],
      radius * (i === 0 ? 0.8 : random.uniform(0.35, 0.6)),
    ),
  );
  const phases: Point = [random.uniform(0, 6), random.uniform(0, 6), random.uniform(0, 6)];
  const cloud = wavy(blend(radius * 0.3, ...balls), {
    amplitude: radius * 0.1,
    wavelength: radius * 0.6,
    phases,
  });
  return intersect(cloud, lobe);
}

function middle({ bounds: { low, high } }: Shape): Point {
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
}

/** mm^3 of both lungs of an average adult. */
const LUNG_VOLUME = 3.6e6;

function bullae(
  lungs: Shape,
  { percent, range, random }: { percent: number; range: readonly [number, number]; random: Random },
): Shape[] {
  const shapes: Shape[] = [];
  const { low, high } = lungs.bounds;
  for (let volume = 0; volume < (percent / 100) * LUNG_VOLUME;) {
    const radius = random.uniform(6, 13);
    volume += (4 / 3) * Math.PI * radius ** 3;
    // Most in the upper half: the larger of two heights.
    const z = Math.max(random.uniform(low[2], high[2]), random.uniform(low[2], high[2]));
    const at: Point = [random.uniform(low[0], high[0]), random.uniform(low[1], high[1]), z];
    if (lungs.distance(...at) > -radius * 0.8 || z < range[0] || z > range[1]) {
      volume -= (2 / 3) * Math.PI * radius ** 3; // half of what was missed is tried again
      continue;
    }
    shapes.push(sphere(at, radius));
  }
  return shapes;
}

/** Thin sheets in three directions, near the pleura: lines in every plane. */
function sheets(
  lungs: Shape,
  options: { depth: number; spacing: number; thickness: number; lowest: number; random: Random },
): Shape[] {
  const { depth, spacing, thickness, lowest, random } = options;
  const [px, py, pz] = [random.uniform(0, 9), random.uniform(0, 9), random.uniform(0, 9)];
  const near = (value: number): number => {
    const share = value / spacing - Math.floor(value / spacing) - 0.5;
    return Math.abs(share) * spacing;
  };
  const grid = region((x, y, z) => {
    const bend = 3 * Math.sin(z / 15 + x / 23);
    return Math.min(near(x + px + bend), near(y + py + bend), near(z + pz + bend)) - thickness / 2;
  });
  return [
    intersect(
      region((_x, _y, z) => z - lowest),
      grid,
      shell(offset(lungs, -1), depth),
    ),
  ];
}

/** Lobules of denser lung; `percent` of the volume. */
function mosaic(percent: number, random: Random): Shape {
  const phases = [0, 1, 2].map(() => random.uniform(0, 2 * Math.PI)) as [number, number, number];
  const k = (2 * Math.PI) / 42;
  // The sum of three sines is close to normal with deviation 1.22; the threshold is its quantile.
  const threshold = 1.22 * probit(percent / 100);
  return region((x, y, z) => {
    const level =
      Math.sin(k * x + phases[0] + Math.sin(k * z)) +
      Math.sin(k * y + phases[1] + Math.sin(k * x)) +
      Math.sin(k * z + phases[2] + Math.sin(k * y));
    return (level - threshold) * 3.5;
  });
}

/** Quantile of the normal distribution by the logistic approximation, good to 0.02 in between. */
function probit(share: number): number {
  return Math.log(share / (1 - share)) / 1.702;
}

/** A pacemaker: generator below the collar bone, leads through the great veins into the heart. */
export function drawDevice(body: Body, { size }: DiffuseOptions): Drawing {
  const { scale } = body.plan;
  const at = ([x, y, z]: Point): Point => [x * scale, y * scale, z * scale];
  const heartAt = (name: string, share: number): Point => {
    const { low, high } = structure(body, name).bounds;
    const mid = middle(structure(body, name));
    return [mid[0], low[1] + (high[1] - low[1]) * 0.5, low[2] + (high[2] - low[2]) * share];
  };
  const generator = ellipsoid({ center: at([78, -86, 172]), radii: [23, 6, 20] });
  const ends = [
    heartAt('right ventricle', 0.3),
    heartAt('right atrium', 0.6),
    heartAt('left ventricle', 0.4),
  ];
  const leads = ends.slice(0, Math.round(size)).flatMap((end, index) => {
    const shift = index * 2.5;
    const course = [
      at([78, -80, 184]),
      at([52, -26, 206]),
      at([20, -32, 186]),
      at([-22, -18, 166]),
      at([-28 + shift, -12, 120]),
      at([-26 + shift, -14, 78]),
      end,
    ];
    return tube(course.map((point) => ({ at: point, radius: 1.4 })));
  });
  return { shapes: [generator, ...leads] };
}
