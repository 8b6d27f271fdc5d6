/** @file CT slices for tests whose HU is a ramp of the place in the patient: wrong geometry shows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dicomFile, type Elements } from './dicom-elements';

/** Rows and columns of a slice, their spacing, and where the first pixel of the first slice lies. */
export const RAMP = {
  rows: 12,
  columns: 16,
  spacing: [1.5, 1.25],
  origin: [-10, -20, -30],
} as const;

/** HU at a place in the patient, mm LPS: whole numbers after rounding. */
export function rampAt(x: number, y: number, z: number): number {
  return Math.round(2 * x - 3 * y + 5 * z + 40);
}

/** Elements of an axial slice at a height above the first; what is given replaces them. */
export function rampSlice(z: number, more: Elements = {}): Elements {
  const { rows, columns, spacing, origin } = RAMP;
  const pixels = Buffer.alloc(2 * rows * columns);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const hu = rampAt(origin[0] + i * spacing[1], origin[1] + j * spacing[0], origin[2] + z);
      // Heights beyond any patient have no value of 16 bits.
      pixels.writeUInt16LE(Math.min(65_535, Math.max(0, hu + 1024)), 2 * (j * columns + i));
    }
  }
  return {
    '00080008': ['CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
    '00080018': ['UI', `1.2.3.4.${Math.round(1000 * (z + 1000))}`],
    '00080060': ['CS', 'CT'],
    '00100010': ['PN', 'DOE^JANE'],
    '00180050': ['DS', '2'],
    '0020000D': ['UI', '1.2.3.9'],
    '0020000E': ['UI', '1.2.3.5'],
    '00200011': ['IS', '1'],
    '00200032': ['DS', `${origin[0]}\\${origin[1]}\\${origin[2] + z}`],
    '00200037': ['DS', '1\\0\\0\\0\\1\\0'],
    '00280002': ['US', 1],
    '00280004': ['CS', 'MONOCHROME2'],
    '00280010': ['US', rows],
    '00280011': ['US', columns],
    '00280030': ['DS', spacing.join('\\')],
    '00280100': ['US', 16],
    '00280101': ['US', 16],
    '00280102': ['US', 15],
    '00280103': ['US', 0],
    '00281052': ['DS', '-1024'],
    '00281053': ['DS', '1'],
    '00281054': ['LO', 'HU'],
    '7FE00010': ['OW', pixels],
    ...more,
  };
}

/** Elements without some tags. */
export function without(elements: Elements, ...tags: readonly string[]): Elements {
  return Object.fromEntries(Object.entries(elements).filter(([tag]) => !tags.includes(tag)));
}

/** Heights of ten slices, 2 mm apart. */
export const TEN = Array.from({ length: 10 }, (_, i) => 2 * i);

/** Writes slices as `IM000.dcm` and so on. @returns paths */
export function writeSlices(
  folder: string,
  slices: readonly Elements[],
  name: (index: number) => string = (index) => `IM${String(index).padStart(3, '0')}.dcm`,
): string[] {
  return slices.map((slice, index) => writeInto(join(folder, name(index)), dicomFile(slice)));
}

/** Writes a file and the folders it lies in. @returns its path */
export function writeInto(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
