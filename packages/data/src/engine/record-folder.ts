import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { QuestionRecord } from '@omnict/core';

/** Folder that image paths of records are relative to. */
export type RecordFolder = string;

/** Paths of a record's image and mask. */
export function imageOf(
  folder: RecordFolder,
  { image, mask }: QuestionRecord,
): [image: string, mask: string | undefined] {
  return [resolve(folder, image), mask === undefined ? undefined : resolve(folder, mask)];
}

/** A record for a file in another folder: relative paths lead to the same images. */
export function moveRecord(
  record: QuestionRecord,
  from: RecordFolder,
  to: RecordFolder,
): QuestionRecord {
  const moved = (path: string): string =>
    isAbsolute(path) ? path : relative(resolve(to), resolve(from, path)).split(sep).join('/');
  return {
    ...record,
    image: moved(record.image),
    ...(record.mask === undefined ? {} : { mask: moved(record.mask) }),
  };
}
