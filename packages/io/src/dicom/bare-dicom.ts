/** Where a DICOM file says that it is one. */
const MAGIC = { at: 128, text: 'DICM' };

/** Value representations of DICOM PS3.5, 6.2. */
const REPRESENTATIONS = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(
    ' ',
  ),
);

/** Those whose length has four bytes, behind two unused ones. */
const LONG = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/** First elements of files without preamble: file meta group, then identification. */
const FIRST_GROUPS = [0x0002, 0x0008];

/** Values of the first elements are identifiers and dates. */
const MAX_FIRST_BYTES = 1024;

/** Elements that must follow one another as DICOM has them. */
const CHECKED_ELEMENTS = 3;

/** True for bytes that begin with DICOM's preamble. */
export function hasPreamble(bytes: Buffer): boolean {
  return bytes.toString('latin1', MAGIC.at, MAGIC.at + MAGIC.text.length) === MAGIC.text;
}

/** True for bytes of a DICOM file, with its preamble or without it. */
export function isDicom(bytes: Buffer): boolean {
  return hasPreamble(bytes) || isBareDicom(bytes);
}

/** True where elements begin at once, as files from before DICOM PS3.10 and some exporters have them. */
export function isBareDicom(bytes: Buffer): boolean {
  let last = -1;
  for (let at = 0, count = 0; count < CHECKED_ELEMENTS; count++) {
    if (at + 12 > bytes.length) return false;
    const group = bytes.readUInt16LE(at);
    const tag = group * 0x10000 + bytes.readUInt16LE(at + 2);
    const { header, length } = elementAt(bytes, at);
    if (tag <= last || length > MAX_FIRST_BYTES) return false;
    if (count === 0 && !FIRST_GROUPS.includes(group)) return false;
    last = tag;
    at += header + length;
  }
  return true;
}

/** True when the element at a place says its value representation. */
export function isExplicitAt(bytes: Buffer, at: number): boolean {
  return REPRESENTATIONS.has(bytes.toString('latin1', at + 4, at + 6));
}

/** True when the element at a place can be read without value representation. */
export function isImplicitAt(bytes: Buffer, at: number): boolean {
  if (at + 12 > bytes.length || isExplicitAt(bytes, at)) return false;
  return bytes.readUInt32LE(at + 4) <= MAX_FIRST_BYTES && bytes.readUInt16LE(at) === 0x0008;
}

function elementAt(bytes: Buffer, at: number): { header: number; length: number } {
  if (!isExplicitAt(bytes, at)) return { header: 8, length: bytes.readUInt32LE(at + 4) };
  const isLong = LONG.has(bytes.toString('latin1', at + 4, at + 6));
  return isLong
    ? { header: 12, length: bytes.readUInt32LE(at + 8) }
    : { header: 8, length: bytes.readUInt16LE(at + 6) };
}

/** Representations newer than the parser (DICOM 2018): their length has four bytes, too. */
const NEW_REPRESENTATION = /^[OSU]V$/;

const ITEM_GROUP = 0xfffe;
const UNDEFINED_LENGTH = 0xffffffff;
const PIXEL_GROUP = 0x7fe0;
const PIXEL_ELEMENT = 0x0010;

/**
 * Renames OV, SV and UV to OB in place, whose layout is the same and which the parser knows. Ends at
 * the pixels.
 *
 * @param at first element behind the file meta group; explicit, little endian
 */
export function renameNewRepresentations(bytes: Buffer, at: number): void {
  const hasAny = ['OV\0\0', 'SV\0\0', 'UV\0\0'].some((text) => bytes.includes(text, at, 'latin1'));
  if (!hasAny) return;
  for (let place = at; place + 8 <= bytes.length;) {
    const group = bytes.readUInt16LE(place);
    if (group === ITEM_GROUP) {
      place += 8; // an item or the end of one: elements follow
      continue;
    }
    if (!isExplicitAt(bytes, place)) return; // implicit elements in an unknown one, or damage
    if (group === PIXEL_GROUP && bytes.readUInt16LE(place + 2) === PIXEL_ELEMENT) return;
    const representation = bytes.toString('latin1', place + 4, place + 6);
    if (NEW_REPRESENTATION.test(representation)) bytes.write('OB', place + 4, 'latin1');
    if (LONG.has(representation) && place + 12 > bytes.length) return;
    const { header, length } = elementAt(bytes, place);
    const isEntered = representation === 'SQ' || length === UNDEFINED_LENGTH;
    place += header + (isEntered ? 0 : length);
  }
}
