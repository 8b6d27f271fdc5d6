import { type ImageFormat, matchMask, measureColour, readMask, readVolume } from '@omnict/io';
import { OmnictError, type Shape3D } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { blurEffect } from './blur-effect';
import { noiseSigma } from './noise-sigma';
import { type Plane, planeName, type PlaneName, planesOf } from './planes';

/** Where an organ label lies in an image. */
export interface LabelFacts {
  voxels: number;
  /** Mean column, 0 at the patient's right. */
  centreX: number;
}

/** What rules know about an image, measured on its pixels. */
export interface ImageFacts {
  format: ImageFormat;
  /** False for pictures and normalised arrays: grey stands for HU there, and lies within a window. */
  hasHounsfield: boolean;
  /** `[D, H, W]`. */
  shape: Shape3D;
  /** How a slice lies; unknown for volumes, and for pictures, which have no geometry. */
  plane: PlaneName | undefined;
  /** Blur effect, 0 to 1: median over the planes looked at. */
  blur: number;
  /** Standard deviation of the noise in HU: median over the planes. */
  noiseHu: number;
  /** HU between the 1st and the 99th percentile. */
  contrastHu: number;
  /** Shares of pixels, 0 to 1. */
  airShare: number;
  softTissueShare: number;
  metalShare: number;
  whiteShare: number;
  colouredShare: number;
  /** Organ labels by value; absent without a mask. */
  labels?: Record<number, LabelFacts>;
}

/** Planes of a volume that are looked at. */
const PLANES = 9;

/** HU ranges of tissues (our choice, wide enough for any contrast phase). */
const AIR_BELOW_HU = -800;
const SOFT_TISSUE_HU = [-200, 300] as const;
const METAL_ABOVE_HU = 2500;
const WHITE_HU = 999;

/** The window blur is measured in: the paper's (App. E). */
const WINDOW_HU = [-1000, 1000] as const;

/** Measures an image. @param maskPath label map of the same image @throws OmnictError when unreadable */
export async function measureImage(path: string, maskPath?: string): Promise<MeasuredImage> {
  const { volume, format, warnings } = await readVolume(path);
  const planes = planesOf(volume, PLANES);
  const isPicture = format === 'raster' || format === 'raster-folder';
  const hasHounsfield = !warnings.some((warning) => warning.includes('spread over'));
  const isFile = (await stat(path)).isFile();
  const facts: ImageFacts = {
    format,
    hasHounsfield,
    shape: volume.shape,
    plane: isPicture ? undefined : planeName(volume),
    ...pixelFacts(planes),
    colouredShare: isPicture && isFile ? await measureColour(path) : 0,
  };
  if (maskPath === undefined) return { facts };
  try {
    const { data } = matchMask(await readMask(maskPath, { image: volume }), volume);
    return { facts: { ...facts, labels: labelFacts(data, volume.shape) } };
  } catch (error) {
    if (!OmnictError.isInstance(error)) throw error;
    return { facts, maskProblem: error.message };
  }
}

/** Facts about an image. */
export interface MeasuredImage {
  facts: ImageFacts;
  /** Why its mask cannot be used. */
  maskProblem?: string;
}

type PixelFacts = Omit<
  ImageFacts,
  'format' | 'hasHounsfield' | 'shape' | 'plane' | 'colouredShare' | 'labels'
>;

function pixelFacts(planes: readonly Plane[]): PixelFacts {
  const counts = { air: 0, soft: 0, metal: 0, white: 0 };
  let total = 0;
  for (const { hu } of planes) {
    total += hu.length;
    for (const value of hu) {
      if (value < AIR_BELOW_HU) counts.air++;
      if (value >= SOFT_TISSUE_HU[0] && value <= SOFT_TISSUE_HU[1]) counts.soft++;
      if (value > METAL_ABOVE_HU) counts.metal++;
      if (value > WHITE_HU) counts.white++;
    }
  }
  return {
    blur: median(planes.map((plane) => blurEffect(windowed(plane.hu), plane))),
    noiseHu: median(planes.map((plane) => noiseSigma(windowed(plane.hu), plane))),
    contrastHu: median(planes.map(({ hu }) => spread(hu))),
    airShare: counts.air / total,
    softTissueShare: counts.soft / total,
    metalShare: counts.metal / total,
    whiteShare: counts.white / total,
  };
}

function windowed(hu: Float32Array): Float32Array {
  const [low, high] = WINDOW_HU;
  return hu.map((value) => Math.min(high, Math.max(low, value)));
}

function spread(hu: Float32Array): number {
  const sorted = hu.toSorted();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  return at(0.99) - at(0.01);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}

function labelFacts(labels: Uint8Array, [, , width]: Shape3D): Record<number, LabelFacts> {
  const voxels = new Float64Array(256);
  const sums = new Float64Array(256);
  labels.forEach((label, index) => {
    if (label === 0) return;
    voxels[label] = (voxels[label] as number) + 1;
    sums[label] = (sums[label] as number) + (index % width);
  });
  const facts: Record<number, LabelFacts> = {};
  voxels.forEach((count, label) => {
    if (count > 0) facts[label] = { voxels: count, centreX: (sums[label] as number) / count };
  });
  return facts;
}
