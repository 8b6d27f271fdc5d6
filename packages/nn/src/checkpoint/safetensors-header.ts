import { FormatError, UnsupportedError } from '@omnict/core';

/** Where one tensor lies in a safetensors file. */
export interface SafetensorsEntry {
  /** As the file names it: F32, F16, BF16, I32, ... */
  dtype: string;
  shape: number[];
  /** Bytes, counted from the start of the file. */
  begin: number;
  end: number;
}

/** Bytes per element of the types the format defines. */
const SAFETENSORS_ELEMENT_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Types of the format that nothing here computes with. */
const UNSUPPORTED_TYPES = /^(F8_E4M3|F8_E5M2|F8_E8M0|F6_E2M3|F6_E3M2|F4|C64)$/;

/** The reference implementation refuses headers above 100 MB; so do we, before taking memory. */
export const MAX_HEADER_BYTES = 100_000_000;

/** What a file holds. */
export interface SafetensorsHeader {
  /** Tensors by name. */
  entries: ReadonlyMap<string, SafetensorsEntry>;
  /** Free text that the writer left. */
  metadata: Readonly<Record<string, string>>;
}

/**
 * Checks a safetensors header against the size of its file.
 *
 * @param json the header's text @param dataStart first byte after the header
 * @throws FormatError when the header is not what the format allows: unknown types, shapes whose
 *   product is not the byte range, ranges that overlap, leave holes, run past the file or end before it;
 *   UnsupportedError for types that are known and not read
 * @see https://github.com/huggingface/safetensors
 */
export function parseSafetensorsHeader(
  json: string,
  { path, dataStart, fileSize }: { path: string; dataStart: number; fileSize: number },
): SafetensorsHeader {
  const fail = (problem: string): never => {
    throw new FormatError(`${path}: ${problem}; the file is damaged or incomplete; fetch it again`);
  };
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch (error) {
    throw new FormatError(
      `${path}: safetensors header is not JSON; expected an object of tensors; the file is damaged or of another format`,
      { cause: error },
    );
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    return fail('safetensors header is not an object');
  }
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header as Record<string, unknown>)) {
    if (name === '__metadata__') {
      metadata = value as Record<string, string>;
      continue;
    }
    entries.set(name, parseEntry(name, value, { path, dataStart, fileSize, fail }));
  }
  const end = refuseOverlaps(entries, dataStart, fail);
  if (end < fileSize) {
    fail(`bytes ${end} to ${fileSize}, at the end of the file, belong to no tensor`);
  }
  return { entries, metadata };
}

function parseEntry(
  name: string,
  value: unknown,
  file: { path: string; dataStart: number; fileSize: number; fail: (problem: string) => never },
): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !shape.every(isCount)) {
    return file.fail(`tensor '${name}' has no valid dtype and shape`);
  }
  const elementBytes = SAFETENSORS_ELEMENT_BYTES[dtype];
  if (UNSUPPORTED_TYPES.test(dtype)) {
    throw new UnsupportedError(
      `${file.path}: tensor '${name}' holds ${dtype}; expected ${Object.keys(SAFETENSORS_ELEMENT_BYTES).join(', ')}; take a checkpoint in one of these types, for instance BF16`,
    );
  }
  if (elementBytes === undefined) return file.fail(`tensor '${name}' has unknown type '${dtype}'`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return file.fail(`tensor '${name}' has no valid data_offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, elementBytes);
  if (bytes !== end - begin) {
    return file.fail(
      `tensor '${name}' of shape [${shape.join(', ')}] and type ${dtype} needs ${bytes} bytes, its range holds ${end - begin}`,
    );
  }
  if (file.dataStart + end > file.fileSize) {
    return file.fail(
      `tensor '${name}' ends at byte ${file.dataStart + end}, the file at ${file.fileSize}`,
    );
  }
  return {
    dtype,
    shape: shape,
    begin: file.dataStart + begin,
    end: file.dataStart + end,
  };
}

/** @returns where the last tensor ends */
function refuseOverlaps(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  dataStart: number,
  fail: (problem: string) => never,
): number {
  let previousEnd = dataStart;
  const byPosition = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of byPosition) {
    if (begin < previousEnd) fail(`tensor '${name}' overlaps the one before it`);
    if (begin > previousEnd) fail(`bytes ${previousEnd} to ${begin} belong to no tensor`);
    previousEnd = end;
  }
  return previousEnd;
}
