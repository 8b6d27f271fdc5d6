import type { Random } from '@omnict/core';
import type { Acquisition, Kernel } from './acquisition';
import type { Canvas } from './render-parts';

/** @file From tissue to what a scanner stores: artefacts, kernel, noise, whole HU. */

/** Blur of the soft kernel, mm (standard deviation in the plane). */
const SOFT_BLUR_MM = 0.9;

/** Weight of neighbours in the sharp kernel: it lifts edges. */
const SHARP_WEIGHT = -0.09;

/** Noise of each kernel, relative. */
const KERNEL_NOISE: Readonly<Record<Kernel, number>> = { soft: 0.85, sharp: 1.9 };

/** HU from which on something is metal. */
const METAL_HU = 1900;

/** Range of stored values. */
const STORED_HU = [-1024, 3071] as const;

/** Adds artefacts, kernel and noise, and rounds. */
export function detect(canvas: Canvas, acquisition: Acquisition, random: Random): Int16Array {
  const { hu, grid } = canvas;
  const [, height, width] = grid.shape;
  const area = height * width;
  const isMetal = hu.some((value) => value > METAL_HU);
  if (acquisition.motion > 0) move(canvas, acquisition.motion, random.fork('motion'));
  if (isMetal) streak(canvas, random.fork('metal'));
  texture(canvas, random.fork('texture'));
  addNoise(hu, acquisition, random.fork('noise'));
  const weight =
    acquisition.kernel === 'sharp'
      ? SHARP_WEIGHT
      : Math.min(0.25, SOFT_BLUR_MM ** 2 / (2 * grid.spacing[2] ** 2));
  const row = new Float32Array(Math.max(height, width));
  for (let start = 0; start < hu.length; start += area) {
    filterPlane(hu.subarray(start, start + area), { width, height, weight, row });
  }
  return Int16Array.from(hu, (value) =>
    Math.max(STORED_HU[0], Math.min(STORED_HU[1], Math.round(value))),
  );
}

/** Slow variation within tissue, a few HU. */
function texture({ hu, grid }: Canvas, random: Random): void {
  const [depth, height, width] = grid.shape;
  const phase = (): number => random.uniform(0, 2 * Math.PI);
  const [px, py, pz] = [phase(), phase(), phase()];
  const waveX = Float32Array.from({ length: width }, (_, i) =>
    Math.sin((i * grid.spacing[2]) / 9 + px),
  );
  let index = 0;
  for (let plane = 0; plane < depth; plane++) {
    const z = Math.sin((plane * grid.spacing[0]) / 15 + pz);
    for (let line = 0; line < height; line++) {
      const wave = 4 * Math.sin((line * grid.spacing[1]) / 11 + py + z);
      for (let i = 0; i < width; i++, index++) {
        hu[index] = (hu[index] as number) + wave * (waveX[i] as number);
      }
    }
  }
}

/** White noise: a table of normal deviates and a fast generator to pick from it. */
function addNoise(hu: Float32Array, { noise, kernel }: Acquisition, random: Random): void {
  const deviation = noise * KERNEL_NOISE[kernel];
  const table = Float32Array.from({ length: 16384 }, () => random.normal(0, deviation));
  let state = random.uint32();
  for (let i = 0; i < hu.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    hu[i] = (hu[i] as number) + (table[state >>> 18] as number);
  }
}

/** Three taps along rows, then along columns; the mean stays. */
function filterPlane(
  plane: Float32Array,
  options: { width: number; height: number; weight: number; row: Float32Array },
): void {
  const { width, height, weight, row } = options;
  const filter = (start: number, stride: number, count: number): void => {
    for (let i = 0; i < count; i++) row[i] = plane[start + i * stride] as number;
    for (let i = 0; i < count; i++) {
      const here = row[i] as number;
      const before = row[Math.max(0, i - 1)] as number;
      const after = row[Math.min(count - 1, i + 1)] as number;
      plane[start + i * stride] = here + weight * (before + after - 2 * here);
    }
  };
  for (let y = 0; y < height; y++) filter(y * width, 1, width);
  for (let x = 0; x < width; x++) filter(x, width, height);
}

/** Share of the time that the patient spent in the other position. */
const MOVED_SHARE = 0.35;

/** Double contours: part of the views saw the body a few mm away. */
function move({ hu, grid }: Canvas, distance: number, random: Random): void {
  const [, height, width] = grid.shape;
  const angle = random.uniform(0, 2 * Math.PI);
  const dx = Math.round((Math.cos(angle) * distance) / grid.spacing[2]);
  const dy = Math.round((Math.sin(angle) * distance) / grid.spacing[1]);
  const area = height * width;
  const copy = new Float32Array(area);
  for (let start = 0; start < hu.length; start += area) {
    copy.set(hu.subarray(start, start + area));
    for (let y = 0; y < height; y++) {
      const fromY = Math.max(0, Math.min(height - 1, y + dy));
      for (let x = 0; x < width; x++) {
        const fromX = Math.max(0, Math.min(width - 1, x + dx));
        const index = start + y * width + x;
        const other = copy[fromY * width + fromX] as number;
        hu[index] = (hu[index] as number) * (1 - MOVED_SHARE) + other * MOVED_SHARE;
      }
    }
  }
}

/** Bright and dark rays from metal, in each plane that has some; they fade with distance. */
function streak({ hu, grid }: Canvas, random: Random): void {
  const [, height, width] = grid.shape;
  const area = height * width;
  const [strength, rays, phase] = [
    random.uniform(140, 240),
    6 + random.integer(5),
    random.uniform(0, 6),
  ];
  for (let start = 0; start < hu.length; start += area) {
    let [sumX, sumY, count] = [0, 0, 0];
    for (let i = 0; i < area; i++) {
      if ((hu[start + i] as number) <= METAL_HU) continue;
      sumX += i % width;
      sumY += Math.floor(i / width);
      count++;
    }
    if (count === 0) continue;
    const power = strength * Math.min(1, Math.sqrt((count * grid.spacing[2] ** 2) / 120));
    for (let y = 0; y < height; y++) {
      const dy = (y - sumY / count) * grid.spacing[1];
      for (let x = 0; x < width; x++) {
        const dx = (x - sumX / count) * grid.spacing[2];
        const ray = Math.cos(rays * Math.atan2(dy, dx) + phase) ** 3;
        const fade = Math.exp(-Math.sqrt(dx * dx + dy * dy) / 45);
        hu[start + y * width + x] = (hu[start + y * width + x] as number) + power * ray * fade;
      }
    }
  }
}
