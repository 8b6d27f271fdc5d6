/** @file What generated data sets are written with. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A one-pixel PNG. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** Writes a file below a folder. */
export function put(folder: string, path: string, content: string | Buffer = PNG): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** JSON over many lines. */
export const json = (value: unknown): string => JSON.stringify(value, null, 1);
/** CSV with quotes where needed. */
export const csv = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) =>
      row
        .map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
        .join(','),
    )
    .join('\n') + '\n';
/** Turns in LLaVA's form. */
export const talk = (...texts: string[]) =>
  texts.map((value, i) => ({ from: i % 2 === 0 ? 'human' : 'gpt', value }));
