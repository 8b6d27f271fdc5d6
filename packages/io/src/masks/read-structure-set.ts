import { FormatError, type OrganMask, UnsupportedError, type VolumeGeometry } from '@omnict/core';
import type { DataSet } from 'dicom-parser';
import { parseWhole, readValuesOf } from '../dicom/data-set';
import { numbers } from '../dicom/slice-header';
import { readWhole } from '../read-whole';
import { type ContouredStructure, rasterized, smallestGap } from './contours';
import { MaskLayers } from './mask-layers';

/** Attributes of a structure set (DICOM PS3.3, C.8.8.5 and C.8.8.6). */
const TAG = {
  structures: 'x30060020',
  number: 'x30060022',
  name: 'x30060026',
  contoured: 'x30060039',
  contours: 'x30060040',
  kind: 'x30060042',
  data: 'x30060050',
  referencedNumber: 'x30060084',
} as const;

/** Contours that enclose an area. */
const CLOSED = new Set(['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR', 'CLOSED_PLANAR_XOR', '']);

/** Voxels of the grid that contours without an image are drawn on, mm, and most on a side. Our choice. */
const STEP_MM = 0.5;
const MAX_SIDE = 1024;

/** Slices that a structure set may span: a whole body at a tenth of a millimetre. */
const MAX_SLICES = 20_000;

/** Planes closer than this are one, mm. */
const SAME_PLANE_MM = 0.01;

/** True for the header of a structure set. */
export function isStructureSet(dataSet: DataSet): boolean {
  return dataSet.string('x00080060') === 'RTSTRUCT';
}

/**
 * Reads a DICOM RTSTRUCT as label maps: contours become voxels of the image's grid; without an image,
 * of a grid of 0.5 mm around the contours. Structures that overlap come in several maps.
 *
 * @throws FormatError when it is damaged or holds no closed contour, UnsupportedError for contours
 *   that are not parallel to the slices
 */
export async function readStructureSet(
  path: string,
  { image, onWarning }: { image?: VolumeGeometry | undefined; onWarning: (text: string) => void },
): Promise<OrganMask[]> {
  const { dataSet } = parseWhole(path, await readWhole(path));
  const structures = readValuesOf(path, 'names and contours', () =>
    structuresOf(dataSet, onWarning),
  );
  if (structures.length === 0) {
    throw new FormatError(
      `${path}: no closed contour; expected a DICOM RTSTRUCT with drawn structures; export it again`,
    );
  }
  const geometry = image ?? gridAround(path, structures);
  const layers = new MaskLayers(geometry);
  for (const structure of structures) {
    const voxels = rasterized(structure, geometry);
    if (!voxels.includes(1))
      onWarning(`structure ${structure.name} lies outside the image's voxels`);
    layers.add(structure.name, voxels);
  }
  return image === undefined
    ? layers.layers.map((layer) => ({ ...layer, isPartial: true }))
    : layers.layers;
}

function structuresOf(dataSet: DataSet, onWarning: (text: string) => void): ContouredStructure[] {
  const names = new Map(
    itemsOf(dataSet, TAG.structures).map((item) => [
      numbers(item, TAG.number)[0],
      nameIn(item, dataSet),
    ]),
  );
  let open = 0;
  const structures = itemsOf(dataSet, TAG.contoured).flatMap((item): ContouredStructure[] => {
    const number = numbers(item, TAG.referencedNumber)[0];
    const contours = itemsOf(item, TAG.contours).flatMap((contour) => {
      const points = Float64Array.from(numbers(contour, TAG.data));
      const isClosed = CLOSED.has((contour.string(TAG.kind) ?? '').trim().toUpperCase());
      if (
        isClosed &&
        points.length >= 9 &&
        points.length % 3 === 0 &&
        points.every(Number.isFinite)
      ) {
        return [points];
      }
      open++;
      return [];
    });
    const name = names.get(number) ?? `structure ${number ?? 'without number'}`;
    return contours.length === 0 ? [] : [{ name, contours }];
  });
  if (open > 0) {
    onWarning(`${open} contours that enclose no area (points, open lines, damaged) were left out`);
  }
  return structures;
}

/** A structure's name, unless it names the patient. */
function nameIn(item: DataSet, dataSet: DataSet): string {
  const name = (item.string(TAG.name) ?? '').trim();
  const fallback = `structure ${numbers(item, TAG.number)[0] ?? 'without number'}`;
  const person = (dataSet.string('x00100010') ?? '').toLowerCase().split(/[\^=\s]+/);
  const isPersonal = person.some((part) => part.length > 2 && name.toLowerCase().includes(part));
  return name === '' || isPersonal ? fallback : name;
}

function itemsOf(dataSet: DataSet, tag: string): DataSet[] {
  return (dataSet.elements[tag]?.items ?? []).flatMap((item) => item.dataSet ?? []);
}

/** A grid that holds all contours, one slice a plane. */
function gridAround(path: string, structures: readonly ContouredStructure[]): VolumeGeometry {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const planes = new Set<number>();
  for (const points of structures.flatMap(({ contours }) => contours)) {
    for (let i = 0; i < points.length; i++) {
      const axis = i % 3;
      const value = points[i] as number;
      low[axis] = Math.min(low[axis] as number, value);
      high[axis] = Math.max(high[axis] as number, value);
      if (axis === 2 && Math.abs(value - (points[2] as number)) > SAME_PLANE_MM) {
        throw new UnsupportedError(
          `${path}: contours are not axial; expected planes of one height, or the image they are drawn on; give the image`,
        );
      }
    }
    planes.add(Math.round((points[2] as number) / SAME_PLANE_MM));
  }
  const heights = [...planes].sort((a, b) => a - b).map((place) => place * SAME_PLANE_MM);
  const extent = Math.max(
    (high[0] as number) - (low[0] as number),
    (high[1] as number) - (low[1] as number),
  );
  const step = Math.max(STEP_MM, extent / (MAX_SIDE - 2));
  const spacing = smallestGap(heights) || 1;
  const depth = Math.round(((high[2] as number) - (low[2] as number)) / spacing) + 1;
  if (!(depth <= MAX_SLICES) || !Number.isFinite(extent)) {
    throw new FormatError(
      `${path}: ${depth} slices between its first and last contour; expected at most ${MAX_SLICES}; export it again`,
    );
  }
  const sizeOf = (axis: number): number =>
    Math.ceil(((high[axis] as number) - (low[axis] as number)) / step) + 3;
  return {
    shape: [depth, sizeOf(1), sizeOf(0)],
    spacing: [spacing, step, step],
    origin: [(low[0] as number) - step, (low[1] as number) - step, low[2] as number],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
}
