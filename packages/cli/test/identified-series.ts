/** @file A made chest CT whose every identifying tag holds a value that can be searched for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tags of DICOM PS3.15, table E.1-1, that name a person, place, time or device, with planted values. */
const IDENTIFYING: readonly (readonly [
  group: number,
  element: number,
  vr: string,
  value: string,
])[] = [
  [0x0008, 0x0012, 'DA', '19610203'],
  [0x0008, 0x0013, 'TM', '101112.131'],
  [0x0008, 0x0014, 'UI', '1.2.826.0.77001'],
  [0x0008, 0x0018, 'UI', '1.2.826.0.77002'],
  [0x0008, 0x0020, 'DA', '19610204'],
  [0x0008, 0x0021, 'DA', '19610205'],
  [0x0008, 0x0022, 'DA', '19610206'],
  [0x0008, 0x0023, 'DA', '19610207'],
  [0x0008, 0x0030, 'TM', '141516.171'],
  [0x0008, 0x0050, 'SH', 'ACC77003'],
  [0x0008, 0x0080, 'LO', 'Institute77004'],
  [0x0008, 0x0081, 'ST', 'Street77005'],
  [0x0008, 0x0090, 'PN', 'Referrer77006'],
  [0x0008, 0x1010, 'SH', 'Station77007'],
  [0x0008, 0x1030, 'LO', 'StudyText77008'],
  [0x0008, 0x103e, 'LO', 'SeriesText77009'],
  [0x0008, 0x1040, 'LO', 'Department77010'],
  [0x0008, 0x1048, 'PN', 'Physician77011'],
  [0x0008, 0x1050, 'PN', 'Performer77012'],
  [0x0008, 0x1070, 'PN', 'Operator77013'],
  [0x0010, 0x0010, 'PN', 'Surname77014^Given77015'],
  [0x0010, 0x0020, 'LO', 'PatientId77016'],
  [0x0010, 0x0030, 'DA', '19610208'],
  [0x0010, 0x0040, 'CS', 'SEX77017'],
  [0x0010, 0x1000, 'LO', 'OtherId77018'],
  [0x0010, 0x1001, 'PN', 'OtherName77019'],
  [0x0010, 0x1010, 'AS', '123Y'],
  [0x0010, 0x1040, 'LO', 'Address77020'],
  [0x0010, 0x2154, 'SH', 'Phone77021'],
  [0x0010, 0x4000, 'LT', 'Comment77022'],
  [0x0018, 0x1000, 'LO', 'Serial77023'],
  [0x0018, 0x1030, 'LO', 'Protocol77024'],
  [0x0020, 0x000d, 'UI', '1.2.826.0.77025'],
  [0x0020, 0x000e, 'UI', '1.2.826.0.77026'],
  [0x0020, 0x0010, 'SH', 'StudyId77027'],
  [0x0020, 0x0052, 'UI', '1.2.826.0.77028'],
  [0x0020, 0x4000, 'LT', 'ImageText77029'],
];

/** Values to search for; a name's parts, too. */
export const IDENTIFYING_VALUES = IDENTIFYING.flatMap(([, , , value]) => value.split('^'));

const SIDE = 64;

/** Writes slices of a body with two lungs. */
export function writeIdentifiedSeries(folder: string, slices: number): void {
  mkdirSync(folder, { recursive: true });
  for (let z = 0; z < slices; z++) writeFileSync(join(folder, `${z}.dcm`), slice(z));
}

function slice(z: number): Buffer {
  const image: (readonly [number, number, string, string | number])[] = [
    ...IDENTIFYING.map((tag) => tag),
    [0x0008, 0x0008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    [0x0008, 0x0016, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
    [0x0008, 0x0060, 'CS', 'CT'],
    [0x0018, 0x0050, 'DS', '2'],
    [0x0020, 0x0032, 'DS', `-16\\-24\\${100 + 2 * z}`],
    [0x0020, 0x0037, 'DS', '1\\0\\0\\0\\1\\0'],
    [0x0028, 0x0002, 'US', 1],
    [0x0028, 0x0004, 'CS', 'MONOCHROME2'],
    [0x0028, 0x0010, 'US', SIDE],
    [0x0028, 0x0011, 'US', SIDE],
    [0x0028, 0x0030, 'DS', '0.75\\0.5'],
    [0x0028, 0x0100, 'US', 16],
    [0x0028, 0x0101, 'US', 16],
    [0x0028, 0x0102, 'US', 15],
    [0x0028, 0x0103, 'US', 1],
    [0x0028, 0x1052, 'DS', '-1024'],
    [0x0028, 0x1053, 'DS', '1'],
  ];
  const sorted = image
    // Each slice is an instance of its own.
    .map((tag) =>
      tag[0] === 8 && tag[1] === 0x18 ? ([8, 0x18, 'UI', `${tag[3]}.${z}`] as const) : tag,
    )
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const meta = element(2, 0x10, 'UI', '1.2.840.10008.1.2.1');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const pixels = Buffer.alloc(SIDE * SIDE * 2);
  for (let at = 0; at < SIDE * SIDE; at++) pixels.writeInt16LE(stored(at), 2 * at);
  const head = Buffer.from('e07f10004f570000', 'hex'); // pixel data, OW
  const size = Buffer.alloc(4);
  size.writeUInt32LE(pixels.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    Buffer.from('02000000554c0400', 'hex'), // group length, UL
    length,
    meta,
    ...sorted.map((tag) => element(...tag)),
    head,
    size,
    pixels,
  ]);
}

function stored(at: number): number {
  const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
  if (Math.hypot(x - 20, y - 32) < 8 || Math.hypot(x - 44, y - 32) < 8) return 1024 - 850;
  return Math.hypot(x - 32, y - 32) < 28 ? 1024 + 40 : 24;
}

type Tag = readonly [group: number, tag: number, vr: string, value: string | number];

function element(...[group, tag, vr, value]: Tag): Buffer {
  const text = typeof value === 'string' ? Buffer.from(value) : Buffer.alloc(2);
  if (typeof value === 'number') text.writeUInt16LE(value);
  const padded = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(' ')]);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(tag, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}
