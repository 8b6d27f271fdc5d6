/** @file Writes DICOM elements for tests, nested and in either encoding, without a DICOM library. */

/** Value of an element: text, whole numbers, bytes, or the items of a sequence. */
type ElementValue = string | number | readonly number[] | Buffer | readonly Elements[];

/** Elements by tag, `ggggeeee`: value representation and value. */
export type Elements = Readonly<Record<string, readonly [vr: string, value: ElementValue]>>;

/** How elements are written. */
export type Encoding = 'explicit' | 'implicit';

const LONG = new Set(['OB', 'OW', 'OV', 'SV', 'UV', 'SQ', 'UN', 'UT']);

/** Transfer syntax of an encoding. */
const TRANSFER_SYNTAX: Readonly<Record<Encoding, string>> = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
};

function valueBytes(vr: string, value: ElementValue, encoding: Encoding): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') {
    const padding = value.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
    return Buffer.from(value + padding, 'latin1');
  }
  if (typeof value === 'number' || typeof value[0] === 'number') {
    const numbers = [value].flat() as number[];
    const width = vr === 'UL' ? 4 : 2;
    const bytes = Buffer.alloc(numbers.length * width);
    numbers.forEach((number, i) => bytes.writeUIntLE(number, i * width, width));
    return bytes;
  }
  return Buffer.concat(
    (value as readonly Elements[]).map((item) => {
      const content = elementBytes(item, encoding);
      const head = Buffer.alloc(8);
      head.writeUInt16LE(0xfffe, 0);
      head.writeUInt16LE(0xe000, 2);
      head.writeUInt32LE(content.length, 4);
      return Buffer.concat([head, content]);
    }),
  );
}

/** Elements one after another, in order of their tags. */
export function elementBytes(elements: Elements, encoding: Encoding = 'explicit'): Buffer {
  const parts = Object.entries(elements)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, [vr, value]]) => {
      const content = valueBytes(vr, value, encoding);
      const isLong = encoding === 'explicit' && LONG.has(vr);
      const head = Buffer.alloc(isLong ? 12 : 8);
      head.writeUInt16LE(parseInt(tag.slice(0, 4), 16), 0);
      head.writeUInt16LE(parseInt(tag.slice(4), 16), 2);
      if (encoding === 'implicit') head.writeUInt32LE(content.length, 4);
      else {
        head.write(vr, 4, 'latin1');
        if (isLong) head.writeUInt32LE(content.length, 8);
        else head.writeUInt16LE(content.length, 6);
      }
      return Buffer.concat([head, content]);
    });
  return Buffer.concat(parts);
}

/** A whole file; `claims` is the transfer syntax that it says, whatever its encoding. */
export function dicomFile(
  elements: Elements,
  {
    encoding = 'explicit',
    claims = TRANSFER_SYNTAX[encoding],
  }: { encoding?: Encoding; claims?: string } = {},
): Buffer {
  const meta = elementBytes({ '00020010': ['UI', claims] });
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    elementBytes({ '00020000': ['UL', meta.length] }),
    meta,
    elementBytes(elements, encoding),
  ]);
}

/** Pixels as fragments, one a frame, behind an empty offset table. */
export function encapsulated(frames: readonly Uint8Array[]): Buffer {
  const item = (tag: number, content: Uint8Array): Buffer => {
    const padded = Buffer.concat([content, Buffer.alloc(content.length % 2)]);
    const head = Buffer.alloc(8);
    head.writeUInt16LE(0xfffe, 0);
    head.writeUInt16LE(tag, 2);
    head.writeUInt32LE(padded.length, 4);
    return Buffer.concat([head, padded]);
  };
  return Buffer.concat([
    Buffer.from('e07f10004f420000ffffffff', 'hex'),
    item(0xe000, Buffer.alloc(0)),
    ...frames.map((frame) => item(0xe000, frame)),
    item(0xe0dd, Buffer.alloc(0)),
  ]);
}
