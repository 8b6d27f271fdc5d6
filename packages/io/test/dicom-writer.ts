/** @file Writes plain DICOM files for tests: explicit VR, little endian, one CT slice each. */

/** What a test decides about a slice. */
export interface SliceSpec {
  rows?: number;
  columns?: number;
  /** Stored values; default: all equal to the slice's height. */
  stored?: ArrayLike<number>;
  position: readonly [number, number, number];
  orientation?: readonly number[];
  spacing?: readonly [number, number];
  slope?: number;
  intercept?: number;
  modality?: string;
  bitsStored?: number;
  isSigned?: boolean;
  imageType?: string;
  series?: string;
  patientName?: string;
  /** False leaves the pixels out, as in a report. */
  hasPixels?: boolean;
  /** Elements left out, as `group,element` in hexadecimal: `0020,0037`. */
  without?: readonly string[];
  /** Compressed pixels, and the transfer syntax they are in. */
  encapsulated?: { transferSyntax: string; frames: readonly Uint8Array[] };
  instance?: string;
}

const LONG_LENGTH = new Set(['OB', 'OW', 'UN', 'SQ']);

function element(group: number, tag: number, { vr, value }: { vr: string; value: Buffer }): Buffer {
  const padded = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(' ')]);
  const head = Buffer.alloc(LONG_LENGTH.has(vr) ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(tag, 2);
  head.write(vr, 4, 'latin1');
  if (LONG_LENGTH.has(vr)) head.writeUInt32LE(padded.length, 8);
  else head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}

const text = (group: number, tag: number, content: { vr: string; value: string }): Buffer =>
  element(group, tag, { vr: content.vr, value: Buffer.from(content.value, 'latin1') });

const short = (group: number, tag: number, value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return element(group, tag, { vr: 'US', value: bytes });
};

const CT_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
let instances = 0;

/** Bytes of one file. */
export function dicomSlice(spec: SliceSpec): Buffer {
  const { rows = 4, columns = 5, position, slope = 1, intercept = -1024 } = spec;
  const uid = spec.instance ?? `1.2.3.4.${++instances}`;
  const values = Int16Array.from(
    spec.stored ?? new Array<number>(rows * columns).fill(position[2]),
  );
  const meta = Buffer.concat([
    text(2, 2, { vr: 'UI', value: CT_STORAGE }),
    text(2, 3, { vr: 'UI', value: uid }),
    text(2, 0x10, { vr: 'UI', value: spec.encapsulated?.transferSyntax ?? EXPLICIT_LITTLE }),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const pixels = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const elements: Record<string, Buffer> = {
    '0008,0008': text(8, 8, { vr: 'CS', value: spec.imageType ?? 'ORIGINAL\\PRIMARY\\AXIAL' }),
    '0008,0016': text(8, 0x16, { vr: 'UI', value: CT_STORAGE }),
    '0008,0018': text(8, 0x18, { vr: 'UI', value: uid }),
    '0008,0060': text(8, 0x60, { vr: 'CS', value: spec.modality ?? 'CT' }),
    '0010,0010': text(0x10, 0x10, { vr: 'PN', value: spec.patientName ?? 'DOE^JANE' }),
    '0010,0020': text(0x10, 0x20, { vr: 'LO', value: 'PATIENT-4711' }),
    '0018,0050': text(0x18, 0x50, { vr: 'DS', value: '2.5' }),
    '0020,000d': text(0x20, 0xd, { vr: 'UI', value: '1.2.3.9' }),
    '0020,000e': text(0x20, 0xe, { vr: 'UI', value: spec.series ?? '1.2.3.5' }),
    '0020,0011': text(0x20, 0x11, { vr: 'IS', value: '3' }),
    '0020,0032': text(0x20, 0x32, { vr: 'DS', value: position.join('\\') }),
    '0020,0037': text(0x20, 0x37, {
      vr: 'DS',
      value: (spec.orientation ?? [1, 0, 0, 0, 1, 0]).join('\\'),
    }),
    '0028,0002': short(0x28, 2, 1),
    '0028,0004': text(0x28, 4, { vr: 'CS', value: 'MONOCHROME2' }),
    '0028,0010': short(0x28, 0x10, rows),
    '0028,0011': short(0x28, 0x11, columns),
    '0028,0030': text(0x28, 0x30, { vr: 'DS', value: (spec.spacing ?? [0.8, 0.7]).join('\\') }),
    '0028,0100': short(0x28, 0x100, 16),
    '0028,0101': short(0x28, 0x101, spec.bitsStored ?? 16),
    '0028,0102': short(0x28, 0x102, (spec.bitsStored ?? 16) - 1),
    '0028,0103': short(0x28, 0x103, spec.isSigned === false ? 0 : 1),
    '0028,1052': text(0x28, 0x1052, { vr: 'DS', value: String(intercept) }),
    '0028,1053': text(0x28, 0x1053, { vr: 'DS', value: String(slope) }),
  };
  const kept = Object.entries(elements).filter(([tag]) => spec.without?.includes(tag) !== true);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(2, 0, { vr: 'UL', value: length }),
    meta,
    ...kept.map(([, bytes]) => bytes),
    ...(spec.hasPixels === false ? [] : pixelElement(spec, pixels)),
  ]);
}

/** A DICOMDIR that names files, parts of their paths separated by backslashes. */
export function dicomDirectory(files: readonly string[]): Buffer {
  const meta = Buffer.concat([
    text(2, 2, { vr: 'UI', value: '1.2.840.10008.1.3.10' }),
    text(2, 0x10, { vr: 'UI', value: EXPLICIT_LITTLE }),
  ]);
  const records = files.map((file) =>
    item(
      0xe000,
      Buffer.concat([
        text(4, 0x1430, { vr: 'CS', value: 'IMAGE' }),
        text(4, 0x1500, { vr: 'CS', value: file }),
      ]),
    ),
  );
  const patient = item(0xe000, text(4, 0x1430, { vr: 'CS', value: 'PATIENT' }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(2, 0, { vr: 'UL', value: length }),
    meta,
    element(4, 0x1220, { vr: 'SQ', value: Buffer.concat([patient, ...records]) }),
  ]);
}

/** An item of a sequence, or a fragment of compressed pixels. */
function item(tag: number, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(tag, 2);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

function pixelElement({ encapsulated }: SliceSpec, pixels: Buffer): Buffer[] {
  if (encapsulated === undefined) return [element(0x7fe0, 0x10, { vr: 'OW', value: pixels })];
  const start = Buffer.from('e07f10004f420000ffffffff', 'hex'); // OB of undefined length
  const even = (bytes: Uint8Array): Buffer =>
    Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
  return [
    start,
    item(0xe000, Buffer.alloc(0)), // no offset table
    ...encapsulated.frames.map((frame) => item(0xe000, even(frame))),
    item(0xe0dd, Buffer.alloc(0)),
  ];
}
