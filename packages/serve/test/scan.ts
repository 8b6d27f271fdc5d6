import { type OrganMask, Random, type Volume } from '@omnict/core';

const GEOMETRY = {
  shape: [12, 40, 40],
  spacing: [5, 2, 2],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
} as const;
const VOXELS = 12 * 40 * 40;

/** Noise in a CT's range; equal seeds give equal images. */
export function scan(seed: number): Volume {
  const random = new Random(`scan/${seed}`);
  const data = Int16Array.from({ length: VOXELS }, () => Math.round(random.uniform(-900, 300)));
  return { ...GEOMETRY, data, unit: 'HU' };
}

/** Liver in the lower third, spleen above. */
export function organs(): OrganMask {
  const data = Uint8Array.from({ length: VOXELS }, (_, index) => (index < VOXELS / 3 ? 5 : 1));
  return { ...GEOMETRY, data, labels: { 1: 'spleen', 5: 'liver' } };
}
