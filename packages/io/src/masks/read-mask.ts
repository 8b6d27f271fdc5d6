import {
  FormatError,
  MissingDataError,
  OmnictError,
  type OrganMask,
  ShapeError,
  type VolumeGeometry,
} from '@omnict/core';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isSystemFile } from '../files-below';
import { imageFormat } from '../image-source';
import { readNifti } from '../nifti/read-nifti';
import { readNrrdLayers } from '../nrrd/read-nrrd';
import { readImage } from '../read-image';
import { reorient } from '../reorient';
import { sameGrid } from '../same-grid';
import type { Values } from '../stored-values';
import { type LabelNames, labelNamesOf } from './label-names';
import { flattened, MaskLayers } from './mask-layers';
import { segmentsOf } from './nrrd-segments';
import { TOTALSEGMENTATOR_LABELS, TOTALSEGMENTATOR_V1_LABELS } from './totalsegmentator-labels';

const STRUCTURE_FILE = /^(.+)\.nii(\.gz)?$/;
const MAX_LABEL = 255;

/** How to take label values that the file does not name. */
export interface MaskOptions {
  /** TotalSegmentator's version whose numbers they are; default 2. */
  labelVersion?: 1 | 2;
  /** Grid of the image that the mask belongs to: contours are drawn on it. */
  image?: VolumeGeometry;
  /** Told what was left out or had to be assumed, one sentence each, without patient data. */
  onWarning?: (warning: string) => void;
}

/**
 * Reads organ labels: one label map (any image format, DICOM SEG or RTSTRUCT, NRRD segmentation), or a
 * folder with one file per structure as TotalSegmentator writes it (`liver.nii.gz`, ...), names of
 * version 1 or 2 or others.
 *
 * Labels are those of TotalSegmentator v2 where the structure is one of its 117, else 118 and above;
 * axes are in patient order, as {@link readVolume} returns the image. Where segments overlap, the
 * smaller one stays; {@link readMaskLayers} keeps all.
 *
 * @throws FormatError when values are no labels, ShapeError when a folder's files differ in grid,
 *   MissingDataError when nothing is there
 */
export async function readMask(path: string, options: MaskOptions = {}): Promise<OrganMask> {
  return flattened(await readMaskLayers(path, options));
}

/** Reads organ labels as {@link readMask} does, in as many label maps as overlap needs. */
export async function readMaskLayers(
  path: string,
  { labelVersion = 2, image, onWarning = () => undefined }: MaskOptions = {},
): Promise<OrganMask[]> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) {
    const names = (await readdir(path)).filter((name) => !isSystemFile(name));
    if (names.some((name) => STRUCTURE_FILE.test(name))) {
      return readStructures(path, names, onWarning);
    }
  }
  const format = await imageFormat(path);
  if (format === 'dicom') {
    const { findDicomMask } = await import('./find-dicom-mask');
    const found = await findDicomMask(path);
    if (found?.kind === 'SEG') {
      return (await import('./read-dicom-segmentation')).readDicomSegmentation(found.path);
    }
    if (found?.kind === 'RTSTRUCT') {
      const { readStructureSet } = await import('./read-structure-set');
      return readStructureSet(found.path, { image, onWarning });
    }
  }
  if (format === 'nrrd') return readNrrdMask(path, labelVersion);
  if (format === 'nifti') {
    const nifti = await readNifti(path);
    nifti.warnings.forEach(onWarning);
    return [labelMap(path, reorient(nifti), named(labelNamesOf(nifti.extension), labelVersion))];
  }
  return [labelMap(path, (await readImage(path)).image, named(new Map(), labelVersion))];
}

async function readNrrdMask(path: string, labelVersion: 1 | 2): Promise<OrganMask[]> {
  const { layers, geometry, header } = await readNrrdLayers(path);
  const segments = segmentsOf(header);
  const upright = layers.map((data) => reorient({ ...geometry, data }));
  if (segments.length === 0) {
    return upright.map((image) => labelMap(path, image, named(new Map(), labelVersion)));
  }
  const [first] = upright as [(typeof upright)[number]];
  const masks = new MaskLayers(first);
  for (const { name, value, layer } of segments) {
    const data = upright[layer]?.data;
    if (data === undefined) {
      throw new FormatError(
        `${path}: a segment lies in layer ${layer} of ${upright.length}; expected one that is there; export it again`,
      );
    }
    masks.add(
      name,
      Uint8Array.from(data as ArrayLike<number>, (here) => (here === value ? 1 : 0)),
    );
  }
  // Slicer crops segmentations to what is drawn.
  return masks.layers.map((layer) => ({ ...layer, isPartial: true }));
}

/** What the file calls its values, else TotalSegmentator's names. */
function named(names: LabelNames, version: 1 | 2): (value: number) => string {
  const fallback = version === 1 ? TOTALSEGMENTATOR_V1_LABELS : TOTALSEGMENTATOR_LABELS;
  return (value) => names.get(value) ?? fallback[value] ?? `label_${value}`;
}

function labelMap(
  path: string,
  image: Omit<OrganMask, 'data' | 'labels'> & { data: Values },
  nameOf: (value: number) => string,
): OrganMask {
  const { shape, spacing, origin, direction } = image;
  const data = image.data instanceof Uint8Array ? image.data : toLabels(image.data, path);
  const isPresent = new Uint8Array(MAX_LABEL + 1);
  for (let i = 0; i < data.length; i++) isPresent[data[i] as number] = 1;
  const present = [...isPresent.keys()].filter((value) => value > 0 && isPresent[value] === 1);
  const naming = new MaskLayers(image);
  const next = new Uint8Array(MAX_LABEL + 1);
  const labels: Record<number, string> = {};
  for (const value of present) {
    const name = nameOf(value);
    // A number that nothing is known about stays what it is.
    const label = name === `label_${value}` ? { value, name } : naming.labelOf(name);
    next[value] = label.value;
    labels[label.value] = label.name;
  }
  const isSame = present.every((value) => next[value] === value);
  const values = isSame ? data : data.map((value) => next[value] as number);
  return { data: values, shape, spacing, origin, direction, labels };
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

async function readStructures(
  folder: string,
  names: readonly string[],
  onWarning: (warning: string) => void,
): Promise<OrganMask[]> {
  const files = [...names].sort().flatMap((name) => {
    const structure = STRUCTURE_FILE.exec(name)?.[1];
    return structure === undefined ? [] : [{ name, structure }];
  });
  let first: OrganMask | undefined;
  let layers: MaskLayers | undefined;
  for (const { name, structure } of files) {
    const path = join(folder, name);
    const next = await structureIn(path, { isKnown: isStructure(structure), onWarning });
    if (next === undefined) continue;
    first ??= next;
    layers ??= new MaskLayers(first);
    if (!sameGrid(first, next)) {
      throw new ShapeError(
        `${path}: grid differs from the other structures'; expected ${first.shape.join(' x ')} voxels in one place, got ${next.shape.join(' x ')}; export all structures of one image`,
      );
    }
    layers.add(structure, next.data);
  }
  if (layers !== undefined) return layers.layers;
  throw new MissingDataError(
    `${folder}: no organ masks; expected files of one structure each, such as liver.nii.gz; check the folder`,
  );
}

/**
 * The mask in a structure's file. Names that are not TotalSegmentator's may be structures of other
 * tasks; a file of several values is an image or all labels together, and left out.
 */
async function structureIn(
  path: string,
  { isKnown, onWarning }: { isKnown: boolean; onWarning: (warning: string) => void },
): Promise<OrganMask | undefined> {
  const image = reorient(await readNifti(path));
  try {
    const mask = labelMap(path, image, (value) => `label_${value}`);
    if (isKnown || Object.keys(mask.labels).length <= 1) return mask;
  } catch (error) {
    if (isKnown || !OmnictError.isInstance(error)) throw error;
  }
  onWarning(`${basename(path)} was left out: it holds several values, not one structure`);
  return undefined;
}

const STRUCTURES = new Set([
  ...Object.values(TOTALSEGMENTATOR_LABELS),
  ...Object.values(TOTALSEGMENTATOR_V1_LABELS),
]);

function isStructure(name: string): boolean {
  return STRUCTURES.has(name);
}
