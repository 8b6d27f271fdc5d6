import type { OrganClass, Random, VolumeGeometry } from '@omnict/core';
import type { BodyPlan } from '../body/body-plan';
import type { Shape } from '../geometry/shape';

/** What a scan covers, and between which heights, mm of an average adult. */
export const SCAN_REGIONS = {
  chest: [-45, 232],
  abdomen: [-232, 42],
  'chest and abdomen': [-232, 232],
} as const;

/** One of the regions. */
export type ScanRegion = keyof typeof SCAN_REGIONS;

/** Heights between which organs lie, mm of an average adult; a scan that holds them covers the organ. */
const ORGAN_LEVELS: Readonly<Record<OrganClass, readonly [low: number, high: number]>> = {
  lungs: [-45, 206],
  heart: [5, 112],
  liver: [-128, 40],
  spleen: [-110, 40],
  kidneys: [-180, -40],
  pancreas: [-122, -45],
  stomach: [-125, 30],
  bowel: [-230, -70],
  esophagus: [-20, 200],
  trachea: [112, 215],
  vessels: [-40, 35],
  spine: [-40, 35],
  others: [-40, 35],
};

/** Reconstruction kernels. */
export const KERNELS = ['soft', 'sharp'] as const;

/** One of the kernels. */
export type Kernel = (typeof KERNELS)[number];

/** How a body is scanned. */
export interface Acquisition {
  region: ScanRegion;
  kernel: Kernel;
  /** Standard deviation before the kernel, HU. */
  noise: number;
  /** How far the patient moved, mm; 0 for not at all. */
  motion: number;
}

/** Noise of an average patient, HU. */
const NOISE_HU = 13;

/** Share of scans with motion. */
const MOTION_SHARE = 0.2;

/** Draws how a body is scanned: stout patients are noisier. */
export function sampleAcquisition(plan: BodyPlan, region: ScanRegion, random: Random): Acquisition {
  return {
    region,
    kernel: random.choice(KERNELS),
    noise: NOISE_HU * plan.stoutness ** 4 * random.uniform(0.8, 1.25),
    motion: random.uniform() < MOTION_SHARE ? random.uniform(3, 6) : 0,
  };
}

/** True when the scan holds all of the heights, mm of an average adult. */
export function holds(region: ScanRegion, [low, high]: readonly [number, number]): boolean {
  const [bottom, top] = SCAN_REGIONS[region];
  return low >= bottom && high <= top;
}

/** True when the scan holds the whole organ. */
export function covers(region: ScanRegion, organ: OrganClass): boolean {
  return holds(region, ORGAN_LEVELS[organ]);
}

/** Heights that a scan holds, mm of this body. */
export function scanRange({ scale }: BodyPlan, region: ScanRegion): readonly [number, number] {
  const [low, high] = SCAN_REGIONS[region];
  return [low * scale, high * scale];
}

/** Air around the skin in the field of view, mm. */
const MARGIN_MM = 12;

/** Thickness of the table and how far it lies below the skin, mm. */
const TABLE_MM = 14;

/** The grid of a volume: square pixels, a field of view as wide as the patient needs. */
export function volumeGrid(
  { plan, skin }: { plan: BodyPlan; skin: Shape },
  region: ScanRegion,
  shape: readonly [depth: number, height: number, width: number],
): VolumeGeometry {
  const [depth, height, width] = shape;
  const [low, high] = scanRange(plan, region);
  const { bounds } = skin;
  const isProne = plan.variants.position === 'prone';
  const front = bounds.low[1] - (isProne ? TABLE_MM : 0);
  const back = bounds.high[1] + (isProne ? 0 : TABLE_MM);
  const wide = bounds.high[0] - bounds.low[0] + 2 * MARGIN_MM;
  const deep = back - front + 2 * MARGIN_MM;
  const pixel = Math.max(wide / width, deep / height);
  const spacing = (high - low) / depth;
  return {
    shape,
    spacing: [spacing, pixel, pixel],
    origin: [
      (-(width - 1) / 2) * pixel,
      (front + back) / 2 - ((height - 1) / 2) * pixel,
      low + spacing / 2,
    ],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
}

/** Thickness of a single slice, mm: as in clinical routine. */
const SLICE_MM = 5;

/** One plane of a volume's grid, at a height. */
export function planeGrid(volume: VolumeGeometry, z: number): VolumeGeometry {
  const [, height, width] = volume.shape;
  return {
    ...volume,
    shape: [1, height, width],
    spacing: [SLICE_MM, volume.spacing[1], volume.spacing[2]],
    origin: [volume.origin[0], volume.origin[1], z],
  };
}
