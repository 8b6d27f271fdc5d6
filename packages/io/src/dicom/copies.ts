import { FormatError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { SliceHeader } from './slice-header';

/** Positions closer than this are one position, mm. */
const SAME_POSITION_MM = 1e-3;

/** Bytes read at once to compare pixels. */
const PIECE_BYTES = 2 ** 20;

/**
 * Leaves out slices that are in a folder twice: they lie at one place and have the same pixels,
 * whatever their identifiers. An identifier alone says nothing: some exporters give all slices one.
 *
 * @throws FormatError when files of one identifier and place differ in their pixels
 */
export async function withoutCopies(
  path: string,
  found: readonly SliceHeader[],
): Promise<{ slices: SliceHeader[]; warnings: string[] }> {
  const slices: SliceHeader[] = [];
  const kept = new Map<string, SliceHeader[]>();
  for (const slice of found) {
    const key = placeOf(slice);
    const there = kept.get(key) ?? [];
    if (await isCopy(path, slice, there)) continue;
    kept.set(key, [...there, slice]);
    slices.push(slice);
  }
  const warnings: string[] = [];
  const copies = found.length - slices.length;
  if (copies > 0) warnings.push(`${copies} copies of slices were left out`);
  const identifiers = new Set(slices.map(({ instanceKey }) => instanceKey)).size;
  if (identifiers < slices.length) {
    warnings.push(
      `${slices.length} slices at different places have ${identifiers} identifiers only: identifiers are used twice`,
    );
  }
  return { slices, warnings };
}

function placeOf({ position, instanceKey }: SliceHeader): string {
  if (position.length !== 3) return instanceKey;
  return position.map((value) => Math.round(value / SAME_POSITION_MM)).join('|');
}

async function isCopy(
  path: string,
  slice: SliceHeader,
  there: readonly SliceHeader[],
): Promise<boolean> {
  for (const other of there) {
    if ((await pixelDigest(slice)) === (await pixelDigest(other))) return true;
    if (slice.instanceKey !== other.instanceKey) continue;
    throw new FormatError(
      `${path}: two files have one identifier and one place, but different pixels; expected one scan; separate its phases or reconstructions`,
    );
  }
  return false;
}

/** Digest of a slice's stored pixels; of a compressed file's all, with the number of the frame. */
async function pixelDigest({ file, frame, position }: SliceHeader): Promise<string> {
  const { pixels, rows, columns, bitsAllocated, frames, path, fileBytes } = file;
  const hash = createHash('sha256').update(position.join('|'));
  const plainBytes = (rows * columns * bitsAllocated) / 8;
  const isPlain = pixels !== undefined && !pixels.isEncapsulated && pixels.length >= plainBytes;
  const offset = pixels?.offset ?? 0;
  const from = isPlain ? offset + frame * plainBytes : offset;
  const end = isPlain ? from + plainBytes : fileBytes;
  if (frames > 1 && !isPlain) hash.update(String(frame));
  const handle = await open(path);
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = from; at < end;) {
      const { bytesRead } = await handle.read(piece, 0, Math.min(PIECE_BYTES, end - at), at);
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
