import type { DataSet } from 'dicom-parser';
import { type DicomHeader, PIXEL_DATA } from './data-set';

/** What all slices of one file have in common. No field names a patient. */
export interface DicomFile {
  path: string;
  fileBytes: number;
  transferSyntax: string;
  rows: number;
  columns: number;
  frames: number;
  bitsAllocated: number;
  /** Bits of a pixel that count; the others may hold anything. */
  bitsStored: number;
  /** Highest bit that counts, from 0. */
  highBit: number;
  isSigned: boolean;
  samplesPerPixel: number;
  /** Where the pixels lie in the file; undefined for a file without any. */
  pixels: { offset: number; length: number; isEncapsulated: boolean } | undefined;
}

/** What geometry and choice of series need to know of one slice: a file, or a frame of one. */
export interface SliceHeader {
  file: DicomFile;
  /** From 0. */
  frame: number;
  modality: string;
  isLocalizer: boolean;
  /** True for a picture of a screen, such as a dose sheet. */
  isScreenCapture: boolean;
  /** Tells series apart; derived from identifiers, so it is compared and never shown. */
  seriesKey: string;
  /** Identifier of the series; compared and never shown. */
  seriesIdentifier: string | undefined;
  /** Tells instances apart; compared and never shown. */
  instanceKey: string;
  seriesNumber: number;
  /** Patient coordinates `[x, y, z]` of the first pixel's centre, mm LPS; empty when not given. */
  position: readonly number[];
  /** Direction of rows' x, then of columns' y: six cosines; empty when not given. */
  orientation: readonly number[];
  /** `[row, column]` distance of pixels, mm; empty when not given. */
  pixelSpacing: readonly number[];
  sliceThickness: number;
  rescale: Rescale;
  /** Attributes by which phases and reconstructions of one series differ; compared, and named. */
  variant: SliceVariant;
  /** Stored value outside the field of view. */
  padding: number | undefined;
}

/** What a file says of how its stored values become HU; undefined for what it does not say. */
interface Rescale {
  slope: number | undefined;
  intercept: number | undefined;
  /** Unit of the result, upper case: `HU`, `US` (unspecified), `Z_EFF`, ...; empty when not given. */
  type: string;
}

/** Texts, empty when not given. */
export interface SliceVariant {
  acquisition: string;
  'temporal position': string;
  kernel: string;
  'image type': string;
  'tube voltage': string;
  'acquisition time': string;
}

/** Storage class of pictures of a screen, whatever they show. */
const SECONDARY_CAPTURE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.|$)/;

/** Sequences of an enhanced multi-frame file that hold what a plain file has at its top. */
const GROUPS = {
  perFrame: 'x52009230',
  shared: 'x52009229',
  position: 'x00209113',
  orientation: 'x00209116',
  measures: 'x00289110',
  rescale: 'x00289145',
  frameType: 'x00189329',
} as const;

/** Headers of all slices in a file, in the file's order. */
export function slicesOf(path: string, header: DicomHeader): SliceHeader[] {
  const { dataSet, fileBytes } = header;
  const file = fileOf(path, header);
  const perFrame = dataSet.elements[GROUPS.perFrame]?.items ?? [];
  const shared = dataSet.elements[GROUPS.shared]?.items?.[0]?.dataSet;
  // A frame count is only a claim until the groups or the pixels bear it out.
  const believable = perFrame.length > 0 ? Math.min(file.frames, perFrame.length) : file.frames;
  const count = Math.max(1, Math.min(believable, fileBytes));
  return Array.from({ length: count }, (_, frame) =>
    sliceOf(dataSet, { file, frame, groups: [perFrame[frame]?.dataSet, shared] }),
  );
}

function fileOf(path: string, { dataSet, transferSyntax, fileBytes }: DicomHeader): DicomFile {
  const short = (tag: string, fallback: number): number => dataSet.uint16(tag) ?? fallback;
  const bitsAllocated = short('x00280100', 0);
  const bitsStored = short('x00280101', bitsAllocated);
  const pixels = dataSet.elements[PIXEL_DATA];
  return {
    path,
    fileBytes,
    transferSyntax,
    rows: short('x00280010', 0),
    columns: short('x00280011', 0),
    frames: Math.max(1, Math.trunc(numbers(dataSet, 'x00280008')[0] ?? 1) || 1),
    bitsAllocated,
    bitsStored,
    highBit: short('x00280102', bitsStored - 1),
    isSigned: dataSet.uint16('x00280103') === 1,
    samplesPerPixel: short('x00280002', 1),
    pixels: pixels && {
      offset: pixels.dataOffset,
      length: pixels.length,
      isEncapsulated: pixels.encapsulatedPixelData === true || pixels.hadUndefinedLength === true,
    },
  };
}

/** A frame's own groups count before those that all frames share, and these before the file's top. */
function sliceOf(
  dataSet: DataSet,
  {
    file,
    frame,
    groups,
  }: { file: DicomFile; frame: number; groups: readonly (DataSet | undefined)[] },
): SliceHeader {
  const from = (sequence: string, tag: string): DataSet => {
    const items = groups.map((group) => group?.elements[sequence]?.items?.[0]?.dataSet);
    return items.find((item) => item?.elements[tag] !== undefined) ?? dataSet;
  };
  const list = (sequence: string, tag: string): number[] => numbers(from(sequence, tag), tag);
  const type = (from(GROUPS.frameType, 'x00089007').string('x00089007') ?? '').concat(
    dataSet.string('x00080008') ?? '',
  );
  const orientation = list(GROUPS.orientation, 'x00200037');
  const intercept = list(GROUPS.rescale, 'x00281052')[0];
  const slope = list(GROUPS.rescale, 'x00281053')[0];
  const { rows, columns } = file;
  return {
    file,
    frame,
    modality: dataSet.string('x00080060') ?? '',
    isLocalizer: type.toUpperCase().includes('LOCALIZER'),
    isScreenCapture: SECONDARY_CAPTURE.test(dataSet.string('x00080016') ?? ''),
    seriesIdentifier: dataSet.string('x0020000e'),
    seriesKey: [dataSet.string('x0020000e'), dataSet.string('x00080016'), rows, columns].join('|'),
    instanceKey: `${dataSet.string('x00080018') ?? file.path}|${frame}`,
    seriesNumber: numbers(dataSet, 'x00200011')[0] ?? 0,
    position: list(GROUPS.position, 'x00200032'),
    orientation,
    pixelSpacing: list(GROUPS.measures, 'x00280030'),
    sliceThickness: list(GROUPS.measures, 'x00180050')[0] ?? 0,
    rescale: {
      slope,
      intercept,
      type: (from(GROUPS.rescale, 'x00281054').string('x00281054') ?? '').trim().toUpperCase(),
    },
    variant: {
      acquisition: dataSet.string('x00200012') ?? '',
      'temporal position': dataSet.string('x00200100') ?? '',
      kernel: dataSet.string('x00181210') ?? '',
      'image type': dataSet.string('x00080008') ?? '',
      'tube voltage': dataSet.string('x00180060') ?? '',
      'acquisition time': dataSet.string('x00080032') ?? '',
    },
    padding: paddingOf(dataSet, file),
  };
}

function paddingOf(dataSet: DataSet, { isSigned }: DicomFile): number | undefined {
  const tag = 'x00280120';
  return isSigned ? dataSet.int16(tag) : dataSet.uint16(tag);
}

/** Values of a decimal or integer string element. */
export function numbers(dataSet: DataSet, tag: string): number[] {
  return (dataSet.string(tag) ?? '').split('\\').filter(Boolean).map(Number);
}
