import { FormatError, UnsupportedError } from '@omnict/core';
import type { StoredType } from '../stored-values';

/** What a NRRD header says. */
export interface NrrdHeader {
  /** Fields by lower-case name. */
  fields: ReadonlyMap<string, string>;
  /** `key:=value` pairs, as Slicer writes its segments. */
  pairs: ReadonlyMap<string, string>;
  /** Where attached data begin. */
  dataStart: number;
}

/** Headers are some hundred bytes; those of segmentations some thousand. */
const MAX_HEADER_BYTES = 2 ** 20;

const TYPES: readonly (readonly [StoredType, RegExp])[] = [
  ['int8', /^(signed char|int8(_t)?)$/],
  ['uint8', /^(uchar|unsigned char|uint8(_t)?)$/],
  ['int16', /^(signed )?short( int)?$|^int16(_t)?$/],
  ['uint16', /^(ushort|unsigned short( int)?|uint16(_t)?)$/],
  ['int32', /^(signed )?int$|^int32(_t)?$/],
  ['uint32', /^(uint|unsigned int|uint32(_t)?)$/],
  ['int64', /^(longlong|(signed )?long long( int)?|int64(_t)?)$/],
  ['uint64', /^(ulonglong|unsigned long long( int)?|uint64(_t)?)$/],
  ['float32', /^float$/],
  ['float64', /^double$/],
];

/**
 * Parses the text before the voxels.
 *
 * @throws FormatError when the magic word or the end of the header is missing
 * @see https://teem.sourceforge.net/nrrd/format.html
 */
export function parseNrrdHeader(path: string, content: Buffer): NrrdHeader {
  const isDetached = /\.nhdr$/i.test(path);
  const head = content.toString('latin1', 0, MAX_HEADER_BYTES);
  const end = /\r?\n\r?\n/.exec(head);
  if (!/^NRRD000[1-5]\r?\n/.test(head) || (end === null && !isDetached)) {
    throw new FormatError(
      `${path}: no NRRD header; expected 'NRRD0004' or like and a blank line before the data; export the image again`,
    );
  }
  const text = end === null ? head : head.slice(0, end.index);
  const fields = new Map<string, string>();
  const pairs = new Map<string, string>();
  for (const line of text.split(/\r?\n/).slice(1)) {
    const pair = /^([^:#][^:]*):=(.*)$/.exec(line);
    const field = /^([^:#][^:]*): ?(.*)$/.exec(line);
    if (pair !== null) pairs.set((pair[1] as string).trim(), pair[2] as string);
    else if (field !== null) {
      const name = (field[1] as string).trim().toLowerCase();
      fields.set(name, (field[2] as string).trim());
    }
  }
  return { fields, pairs, dataStart: end === null ? head.length : end.index + end[0].length };
}

/** Stored type of a header's `type`. @throws UnsupportedError for other types */
export function nrrdType(path: string, name: string): StoredType {
  const found = TYPES.find(([, pattern]) => pattern.test(name.toLowerCase()));
  if (found !== undefined) return found[0];
  throw new UnsupportedError(
    `${path}: voxels of type '${name}'; expected whole numbers or floats; convert the image`,
  );
}
