import { raisedLimit } from '@omnict/core';
import dicomParser, { type ByteArrayParser, type DataSet, type Element } from 'dicom-parser';
import { constants, inflateRawSync } from 'node:zlib';
import { hasPreamble, isExplicitAt, isImplicitAt, renameNewRepresentations } from './bare-dicom';

/** Elements of a file, and how they were found. */
export interface ParsedElements {
  dataSet: DataSet;
  transferSyntax: string;
  /** What the file says wrongly about itself. */
  warnings: string[];
  /** Why parsing ended early; the data set holds what came before. */
  broken: unknown;
}

const TRANSFER_SYNTAX = 'x00020010';
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';

/** What a deflated file may unpack to, unless its header is known: a multi-frame CT of 2048 slices. */
export const MAX_INFLATED_BYTES = 2 ** 30;

/** How far a file is read. */
export interface ParseOptions {
  /** Stops before this element. Deflated bytes may then break off, since they may be a file's begin. */
  untilTag?: string;
  /** What deflated bytes may unpack to. Default 1 GiB, times the user's factor. */
  maxInflatedBytes?: number;
}

/** The parser's class, which its types give as an interface only. */
const { DataSet: ParsedSet } = dicomParser as unknown as {
  DataSet: new (
    parser: ByteArrayParser,
    bytes: Uint8Array,
    elements: Record<string, Element>,
  ) => DataSet;
};

/**
 * Parses a DICOM file's elements, with or without preamble. What a file says of its own encoding is
 * checked against its first element: some that say "implicit" are explicit.
 *
 * @param bytes the file or its begin; newer value representations are renamed in place
 */
export function parseElements(bytes: Buffer, parseOptions: ParseOptions = {}): ParsedElements {
  const { elements, end } = fileMeta(bytes);
  const little = dicomParser.littleEndianByteArrayParser;
  const meta = new ParsedSet(little, bytes, elements);
  const result: ParsedElements = {
    dataSet: meta,
    transferSyntax: '',
    warnings: [],
    broken: undefined,
  };
  try {
    const claimed = meta.string(TRANSFER_SYNTAX);
    const isDeflated = claimed === DEFLATED;
    const content = isDeflated ? inflated(bytes, end, parseOptions) : bytes;
    const { transferSyntax, warnings } = encodingOf(content, end, claimed);
    Object.assign(result, { transferSyntax, warnings });
    const parser = transferSyntax === BIG_ENDIAN ? dicomParser.bigEndianByteArrayParser : little;
    const dataSet = new ParsedSet(parser, content, elements);
    dataSet.warnings = [];
    result.dataSet = dataSet;
    const stream = new dicomParser.ByteStream(parser, content, end);
    const { untilTag } = parseOptions;
    const options = untilTag === undefined ? undefined : { untilTag };
    if (transferSyntax === IMPLICIT) {
      dicomParser.parseDicomDataSetImplicit(dataSet, stream, content.length, options);
    } else {
      if (parser === little) renameNewRepresentations(content, end);
      dicomParser.parseDicomDataSetExplicit(dataSet, stream, content.length, options);
    }
  } catch (error) {
    result.broken = error ?? 'no reason given';
  }
  return result;
}

/** The file meta group, always explicit and little endian, and where it ends. */
function fileMeta(bytes: Buffer): { elements: Record<string, Element>; end: number } {
  const parser = dicomParser.littleEndianByteArrayParser;
  const elements: Record<string, Element> = {};
  const start = hasPreamble(bytes) ? 132 : 0;
  if (start >= bytes.length) return { elements, end: start };
  const stream = new dicomParser.ByteStream(parser, bytes, start);
  try {
    while (stream.position + 8 <= bytes.length && bytes.readUInt16LE(stream.position) === 2) {
      const element = dicomParser.readDicomElementExplicit(stream, []);
      element.parser = parser; // the rest may be big endian
      elements[element.tag] = element;
    }
  } catch {
    // Breaks off within: the elements behind it cannot be read either.
  }
  return { elements, end: stream.position };
}

/** The transfer syntax, corrected or guessed where the first element shows another. */
function encodingOf(
  bytes: Buffer,
  at: number,
  claimed: string | undefined,
): Pick<ParsedElements, 'transferSyntax' | 'warnings'> {
  const isExplicit = isExplicitAt(bytes, at);
  if (claimed === undefined) {
    const warnings = [
      hasPreamble(bytes)
        ? 'no transfer syntax is given: it was told from the first element'
        : 'no preamble: the transfer syntax was told from the first element',
    ];
    return { transferSyntax: isExplicit ? EXPLICIT : IMPLICIT, warnings };
  }
  if (claimed === IMPLICIT && isExplicit) {
    const warnings = ['the file says implicit value representations, but has explicit ones'];
    return { transferSyntax: EXPLICIT, warnings };
  }
  if (claimed === EXPLICIT && isImplicitAt(bytes, at)) {
    const warnings = ['the file says explicit value representations, but has none'];
    return { transferSyntax: IMPLICIT, warnings };
  }
  return { transferSyntax: claimed, warnings: [] };
}

function inflated(
  bytes: Buffer,
  from: number,
  { untilTag, maxInflatedBytes = raisedLimit(MAX_INFLATED_BYTES) }: ParseOptions,
): Buffer {
  const content = inflateRawSync(bytes.subarray(from), {
    maxOutputLength: maxInflatedBytes,
    finishFlush: untilTag === undefined ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
  });
  return Buffer.concat([bytes.subarray(0, from), content]);
}
