/** @file Writes DICOM SEG and RTSTRUCT for tests. */
import { dicomFile, type Elements } from './dicom-elements';

/** A segment and its frames: heights and planes of bits or labels. */
export interface SegmentationSpec {
  kind: 'BINARY' | 'LABELMAP';
  rows: number;
  columns: number;
  segments: readonly { number: number; label: string }[];
  /** Frames in order; a label map's have no segment of their own. */
  frames: readonly { z: number; segment?: number }[];
  /** Slice thickness and distance of slices, as far as the file says them. */
  measures?: { thickness?: number; spacing?: number };
  pixels: Buffer;
}

/** Elements of a segmentation, one voxel a millimetre in its planes. */
function segmentationElements(spec: SegmentationSpec): Elements {
  const { kind, rows, columns, segments, frames, measures = {}, pixels } = spec;
  const bits = kind === 'BINARY' ? 1 : 8;
  return {
    '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.66.4'],
    '00080060': ['CS', 'SEG'],
    '00280002': ['US', 1],
    '00280008': ['IS', String(frames.length)],
    '00280010': ['US', rows],
    '00280011': ['US', columns],
    '00280100': ['US', bits],
    '00280101': ['US', bits],
    '00280102': ['US', bits - 1],
    '00280103': ['US', 0],
    '00620001': ['CS', kind],
    '00620002': [
      'SQ',
      segments.map(({ number, label }): Elements => ({
        '00620004': ['US', number],
        '00620005': ['LO', label],
      })),
    ],
    '52009229': [
      'SQ',
      [
        {
          '00209116': ['SQ', [{ '00200037': ['DS', '1\\0\\0\\0\\1\\0'] }]],
          '00289110': [
            'SQ',
            [
              {
                '00280030': ['DS', '1\\1'],
                ...(measures.thickness === undefined
                  ? {}
                  : { '00180050': ['DS', String(measures.thickness)] as const }),
                ...(measures.spacing === undefined
                  ? {}
                  : { '00180088': ['DS', String(measures.spacing)] as const }),
              },
            ],
          ],
        },
      ],
    ],
    '52009230': [
      'SQ',
      frames.map(({ z, segment }): Elements => ({
        '00209113': ['SQ', [{ '00200032': ['DS', `0\\0\\${z}`] }]],
        ...(segment === undefined
          ? {}
          : { '0062000A': ['SQ', [{ '0062000B': ['US', segment] }]] as const }),
      })),
    ],
    '7FE00010': ['OB', pixels],
  };
}

/** A whole segmentation. */
export function segmentationFile(spec: SegmentationSpec): Buffer {
  return dicomFile(segmentationElements(spec));
}

/** A segmentation up to its pixels' value, whose length the caller writes after it. */
export function segmentationHead(
  spec: Omit<SegmentationSpec, 'pixels'>,
  pixelBytes: number,
): Buffer {
  const empty = dicomFile(segmentationElements({ ...spec, pixels: Buffer.alloc(0) }));
  empty.writeUInt32LE(pixelBytes, empty.length - 4);
  return empty;
}

/** A structure and its contours, points `[x, y, z]` one after another. */
export interface StructureSpec {
  name: string;
  contours: readonly (readonly number[])[];
  type?: string;
}

/** A structure set. */
export function structureSetFile(
  structures: readonly StructureSpec[],
  patient = 'DOE^JANE',
): Buffer {
  return dicomFile({
    '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.481.3'],
    '00080060': ['CS', 'RTSTRUCT'],
    '00100010': ['PN', patient],
    '30060020': [
      'SQ',
      structures.map(({ name }, i): Elements => ({
        '30060022': ['IS', String(i + 1)],
        '30060026': ['LO', name],
      })),
    ],
    '30060039': [
      'SQ',
      structures.map(({ contours, type = 'CLOSED_PLANAR' }, i): Elements => ({
        '30060040': [
          'SQ',
          contours.map((points): Elements => ({
            '30060042': ['CS', type],
            '30060046': ['IS', String(points.length / 3)],
            '30060050': ['DS', points.join('\\')],
          })),
        ],
        '30060084': ['IS', String(i + 1)],
      })),
    ],
  });
}
