import { FormatError, type OrganMask, UnsupportedError, type VolumeGeometry } from '@omnict/core';
import type { DataSet } from 'dicom-parser';
import { readWhole } from '../read-whole';
import { type DicomHeader, parseWhole, PIXEL_DATA, readValuesOf } from '../dicom/data-set';
import { type SliceHeader, slicesOf } from '../dicom/slice-header';
import { stackSlices } from '../dicom/stack-slices';
import { reorient } from '../reorient';
import { MaskLayers } from './mask-layers';
import { knownStructure } from './structure-names';

/** Attributes of a segmentation (DICOM PS3.3, C.8.20). */
const TAG = {
  segments: 'x00620002',
  segmentNumber: 'x00620004',
  segmentLabel: 'x00620005',
  propertyType: 'x0062000f',
  typeModifier: 'x00620011',
  codeMeaning: 'x00080104',
  segmentationType: 'x00620001',
  maximumFraction: 'x0062000e',
  perFrame: 'x52009230',
  segmentOfFrame: 'x0062000a',
  referencedSegment: 'x0062000b',
  spacingBetweenSlices: 'x00180088',
} as const;

/** Transfer syntaxes whose pixels lie plainly in the (unpacked) file. */
const PLAIN = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99']);

/** Segment of a label map that stands for what is in no other (Supplement 243). */
const BACKGROUND = 0;

/** Two frames closer than this lie in one slice, mm. */
const SAME_SLICE_MM = 0.01;

/** Slices that a mask may have: a whole body at a tenth of a millimetre. */
const MAX_SLICES = 20_000;

/**
 * Reads a DICOM SEG as label maps; segments that overlap come in several.
 *
 * Segments are named after TotalSegmentator's structure where their label or code says one, else
 * after the code's meaning: free text of unknown meaning is dropped, a person may have been named in
 * it.
 *
 * @throws FormatError when it is damaged, UnsupportedError when it is compressed
 */
export async function readDicomSegmentation(path: string): Promise<OrganMask[]> {
  const header = parseWhole(path, await readWhole(path));
  return readValuesOf(path, 'segments and frames', () => layersOf(path, header));
}

function layersOf(path: string, header: DicomHeader): OrganMask[] {
  const { dataSet } = header;
  const slices = slicesOf(path, header);
  const frames = segmentsOfFrames(dataSet);
  const pixels = dataSet.elements[PIXEL_DATA];
  const [first] = slices as [SliceHeader];
  const { file } = first;
  if (!PLAIN.has(file.transferSyntax) || pixels === undefined) {
    throw new UnsupportedError(
      `${path}: segmentation of transfer syntax ${file.transferSyntax} ${pixels === undefined ? 'without pixels' : ''}; expected uncompressed or deflated; convert it`,
    );
  }
  const readFrame = frameReader(path, dataSet, { file, at: pixels.dataOffset });
  const { geometry, indexOf } = gridOf(path, slices, dataSet);
  const layers = new MaskLayers(geometry);
  const plane = file.rows * file.columns;
  for (const [segment, name] of namesOf(dataSet)) {
    const voxels = new Uint8Array(geometry.shape[0] * plane);
    slices.forEach((slice, frame) => {
      const isLabelMap = frames[frame] === undefined;
      if (!isLabelMap && frames[frame] !== segment) return;
      const from = indexOf(slice) * plane;
      readFrame(frame, segment, voxels.subarray(from, from + plane));
    });
    layers.add(name, voxels);
  }
  return layers.layers.map((layer) => ({ ...reorient(layer), isPartial: true }));
}

/** True for the header of a segmentation. */
export function isSegmentation(dataSet: DataSet): boolean {
  return dataSet.string('x00080060') === 'SEG';
}

/** Segment of each frame; undefined for a label map, whose pixels tell the segment. */
function segmentsOfFrames(dataSet: DataSet): (number | undefined)[] {
  return (dataSet.elements[TAG.perFrame]?.items ?? []).map(({ dataSet: frame }) =>
    frame?.elements[TAG.segmentOfFrame]?.items?.[0]?.dataSet?.uint16(TAG.referencedSegment),
  );
}

function namesOf(dataSet: DataSet): Map<number, string> {
  const items = dataSet.elements[TAG.segments]?.items ?? [];
  const isLabelMap = dataSet.string(TAG.segmentationType) === 'LABELMAP';
  return new Map(
    items.flatMap(({ dataSet: segment }, index) => {
      const number = segment?.uint16(TAG.segmentNumber) ?? index + 1;
      if (isLabelMap && number === BACKGROUND) return [];
      const label = segment?.string(TAG.segmentLabel) ?? '';
      const type = segment?.elements[TAG.propertyType]?.items?.[0]?.dataSet;
      const modifier = type?.elements[TAG.typeModifier]?.items?.[0]?.dataSet;
      const meanings = [type, modifier].map((code) => code?.string(TAG.codeMeaning) ?? '');
      const coded = meanings.filter((meaning) => meaning !== '').join(' ');
      const name = knownStructure(label) === undefined ? coded || `segment ${number}` : label;
      return [[number, name] as const];
    }),
  );
}

/** Marks a segment's pixels of a frame in a plane of voxels. */
type FrameReader = (frame: number, segment: number, plane: Uint8Array) => void;

/** Reads frames of bits, fractions or label values. */
function frameReader(
  path: string,
  dataSet: DataSet,
  { file, at }: { file: SliceHeader['file']; at: number },
): FrameReader {
  const { bitsAllocated, rows, columns, frames } = file;
  const bytes = dataSet.byteArray;
  const count = rows * columns;
  const needed = Math.ceil((count * frames * bitsAllocated) / 8);
  if (![1, 8, 16].includes(bitsAllocated) || needed === 0 || at + needed > bytes.length) {
    throw new FormatError(
      `${path}: ${frames} frames of ${columns} x ${rows} at ${bitsAllocated} bits need ${needed} bytes, ${bytes.length - at} are there; expected a whole segmentation; fetch it again`,
    );
  }
  if (bitsAllocated === 1) {
    return (frame, _, plane) => markBits(bytes, { at, first: frame * count }, plane);
  }
  const isLabelMap = dataSet.string(TAG.segmentationType) === 'LABELMAP';
  const half = (dataSet.uint16(TAG.maximumFraction) ?? 1) / 2;
  return (frame, segment, plane) => {
    for (let i = 0; i < count; i++) {
      const pixel = frame * count + i;
      const value =
        bitsAllocated === 8
          ? (bytes[at + pixel] as number)
          : (bytes[at + 2 * pixel] as number) + 256 * (bytes[at + 2 * pixel + 1] as number);
      const isInside =
        isLabelMap || bitsAllocated === 16 ? value === segment : value >= half && value > 0;
      if (isInside) plane[i] = 1;
    }
  };
}

/**
 * Marks bits that are set, the lowest of a byte first. Bits are counted as floats: whole-body
 * segmentations have more than 2^31.
 */
function markBits(
  bytes: Uint8Array,
  { at, first }: { at: number; first: number },
  plane: Uint8Array,
): void {
  for (let i = 0; i < plane.length;) {
    const bit = first + i;
    const byte = bytes[at + Math.floor(bit / 8)] as number;
    const place = bit % 8;
    const length = Math.min(8 - place, plane.length - i);
    if (byte !== 0) {
      for (let b = 0; b < length; b++) if ((byte >> (place + b)) & 1) plane[i + b] = 1;
    }
    i += length;
  }
}

/** A segmentation leaves out slices where there is nothing: its grid goes from its lowest to its highest. */
function gridOf(
  path: string,
  slices: readonly SliceHeader[],
  dataSet: DataSet,
): { geometry: VolumeGeometry; indexOf: (slice: SliceHeader) => number } {
  const [{ orientation }] = slices as [SliceHeader];
  const normal = normalOf(orientation);
  const along = ({ position }: SliceHeader): number =>
    position.reduce((sum, value, axis) => sum + value * (normal[axis] as number), 0);
  const distinct = [
    ...new Map(slices.map((slice) => [Math.round(along(slice) / SAME_SLICE_MM), slice])).values(),
  ];
  const { geometry, offsets } = stackSlices(path, distinct);
  const gaps = offsets.slice(1).map((offset, index) => offset - (offsets[index] as number));
  const shared = dataSet.elements['x52009229']?.items?.[0]?.dataSet;
  const measures = shared?.elements['x00289110']?.items?.[0]?.dataSet;
  const declared = Number(measures?.string(TAG.spacingBetweenSlices) ?? NaN);
  const [{ sliceThickness }] = slices as [SliceHeader];
  const smallest = gaps.length > 0 ? Math.min(...gaps) : geometry.spacing[0];
  // Slices without anything are left out: the smallest gap may be several slices.
  const spacing =
    [declared, sliceThickness].find((size) => isSpacingOf(size, offsets, smallest)) ?? smallest;
  const depth = Math.round((offsets[offsets.length - 1] as number) / spacing) + 1;
  if (depth > MAX_SLICES) {
    throw new FormatError(
      `${path}: ${depth} slices between its first and last; expected at most ${MAX_SLICES}; export it again`,
    );
  }
  const lowest = Math.min(...distinct.map(along));
  return {
    geometry: {
      ...geometry,
      shape: [depth, geometry.shape[1], geometry.shape[2]],
      spacing: [spacing, geometry.spacing[1], geometry.spacing[2]],
    },
    indexOf: (slice) => Math.round((along(slice) - lowest) / spacing),
  };
}

/** Share of a slice by which frames may lie beside the grid: files round. */
const OFF_GRID = 0.05;

/** True when slices of this distance lie wherever there is a frame. */
function isSpacingOf(size: number, offsets: readonly number[], smallest: number): boolean {
  if (!(size > 0) || size > smallest * 1.01) return false;
  return offsets.every((offset) => {
    const steps = offset / size;
    return Math.abs(steps - Math.round(steps)) <= OFF_GRID * Math.max(1, steps / 20);
  });
}

function normalOf([ax = 1, ay = 0, az = 0, bx = 0, by = 1, bz = 0]: readonly number[]): number[] {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
