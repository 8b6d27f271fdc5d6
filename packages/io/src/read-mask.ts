import { FormatError, MissingDataError, type OrganMask, ShapeError } from '@omnict/nn';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage } from './read-image';
import { sameGrid } from './same-grid';
import { TOTALSEGMENTATOR_LABELS } from './totalsegmentator-labels';

const STRUCTURE_FILE = /^(.+)\.nii(\.gz)?$/;
const MAX_LABEL = 255;

/**
 * Reads organ labels: one label map, or a folder with one file per structure as TotalSegmentator
 * writes it (`liver.nii.gz`, ...).
 *
 * Values of a label map are named as in TotalSegmentator v2; axes are in patient order, as
 * {@link readVolume} returns the image.
 *
 * @throws FormatError when values are no labels, ShapeError when a folder's files differ in grid,
 *   MissingDataError when nothing is there
 */
export async function readMask(path: string): Promise<OrganMask> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() ? readStructures(path) : readLabelMap(path);
}

async function readLabelMap(path: string): Promise<OrganMask> {
  const { image } = await readImage(path);
  const { shape, spacing, origin, direction } = image;
  const data = image.data instanceof Uint8Array ? image.data : toLabels(image.data, path);
  const present = new Set(data);
  const labels = Object.fromEntries(
    [...present]
      .filter((value) => value !== 0)
      .sort((a, b) => a - b)
      .map((value) => [value, TOTALSEGMENTATOR_LABELS[value] ?? `label_${value}`]),
  );
  return { data, shape, spacing, origin, direction, labels };
}

function toLabels(values: Float32Array | Int16Array, path: string): Uint8Array {
  const labels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isInteger(value) || value < 0 || value > MAX_LABEL) {
      throw new FormatError(
        `${path}: voxel ${i} is no label; expected whole numbers 0 to ${MAX_LABEL}, got ${value}; give a label map, not an image`,
      );
    }
    labels[i] = value;
  }
  return labels;
}

async function readStructures(folder: string): Promise<OrganMask> {
  const files = (await readdir(folder))
    .sort()
    .map((name) => ({ name, structure: STRUCTURE_FILE.exec(name)?.[1] }));
  const known = new Map(Object.entries(TOTALSEGMENTATOR_LABELS).map(([id, name]) => [name, +id]));
  let mask: OrganMask | undefined;
  for (const { name, structure } of files) {
    const label = structure === undefined ? undefined : known.get(structure);
    if (structure === undefined || label === undefined) continue;
    const next = await readLabelMap(join(folder, name));
    mask ??= { ...next, data: new Uint8Array(next.data.length), labels: {} };
    if (!sameGrid(mask, next)) {
      throw new ShapeError(
        `${join(folder, name)}: grid differs from the other structures'; expected ${mask.shape.join(' x ')} voxels in one place, got ${next.shape.join(' x ')}; export all structures of one image`,
      );
    }
    const { data } = mask;
    next.data.forEach((value, index) => {
      if (value !== 0) data[index] = label;
    });
    mask = { ...mask, labels: { ...mask.labels, [label]: structure } };
  }
  if (mask !== undefined) return mask;
  throw new MissingDataError(
    `${folder}: no organ masks; expected TotalSegmentator files such as liver.nii.gz; check the folder`,
  );
}
