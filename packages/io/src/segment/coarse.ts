import type { OrganMask, Volume } from '@omnict/core';
import { resample, resampleNearest } from '../resample';
import { components, fillHoles } from './morphology';

/** Labels of the coarse segmenter: above those of TotalSegmentator, and named as what they are. */
const COARSE_LABELS: Readonly<Record<number, string>> = {
  118: 'coarse_body',
  119: 'coarse_lungs',
  120: 'coarse_bone',
  121: 'coarse_air',
};

const [BODY, LUNGS, BONE, AIR] = [118, 119, 120, 121] as const;

/** Tissue begins here, HU; below lie lung, gas and what surrounds the patient. Our choice. */
const TISSUE_HU = -400;
/** Gas without any tissue ends here, HU. Our choice. */
const GAS_HU = -930;
/** Bone begins here, HU: above contrast-filled vessels in most scans. Our choice. */
const BONE_HU = 250;
/** Least size of a lung, and of a piece of bone, mm3. Our choice. */
const LUNG_MM3 = 50_000;
const BONE_MM3 = 500;
/** Voxels are brought to this size first, mm: finer ones only cost time. */
const GRID_MM = 2.5;

/**
 * A coarse segmentation by HU and connected components: body, lungs, bone, and air within the body
 * (bowel, airways). It knows no organs; it is what there is without TotalSegmentator.
 *
 * @returns labels 118 to 121 on the image's grid
 */
export function segmentCoarsely(volume: Volume): OrganMask {
  const step = volume.spacing.map((size) => Math.max(size, GRID_MM)) as [number, number, number];
  const coarse = resample(volume, { spacing: step });
  const { data, shape, spacing } = coarse;
  const voxelMm3 = spacing[0] * spacing[1] * spacing[2];

  const body = fillHoles(
    largest(
      mark(data, (value) => value > TISSUE_HU),
      shape,
    ),
    shape,
  );
  const labels = body.map((inside) => (inside === 1 ? BODY : 0));
  const dark = mark(data, (value) => value <= TISSUE_HU).map((low, i) => low & (body[i] as number));
  const { labels: parts, found } = components(dark, shape);
  const isLung = found.map((part) => part.voxels * voxelMm3 >= LUNG_MM3 && !part.touchesSide);
  for (let i = 0; i < labels.length; i++) {
    const part = parts[i] as number;
    if (part === 0) continue;
    const value = data[i] as number;
    if (isLung[part - 1] === true && value > GAS_HU) labels[i] = LUNGS;
    else if (value <= GAS_HU) labels[i] = AIR;
  }
  const bright = mark(data, (value) => value >= BONE_HU).map(
    (high, i) => high & (body[i] as number),
  );
  const bones = components(bright, shape);
  for (let i = 0; i < labels.length; i++) {
    const part = bones.found[(bones.labels[i] as number) - 1];
    if (part !== undefined && part.voxels * voxelMm3 >= BONE_MM3) labels[i] = BONE;
  }
  const { origin, direction } = volume;
  return {
    data: resampleNearest(labels, shape, volume.shape),
    shape: volume.shape,
    spacing: volume.spacing,
    origin,
    direction,
    labels: COARSE_LABELS,
  };
}

function mark(data: Volume['data'], isIn: (value: number) => boolean): Uint8Array {
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) mask[i] = isIn(data[i] as number) ? 1 : 0;
  return mask;
}

/** The largest component: the patient, without table and blanket. */
function largest(mask: Uint8Array, shape: Volume['shape']): Uint8Array {
  const { labels, found } = components(mask, shape);
  const patient = found.reduce((best, part) => (part.voxels > best.voxels ? part : best), {
    id: -1,
    voxels: 0,
  });
  return mask.map((_, i) => (labels[i] === patient.id ? 1 : 0));
}
