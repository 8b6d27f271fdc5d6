import { TOTALSEGMENTATOR_LABELS, TOTALSEGMENTATOR_V1_LABELS } from '@omnict/io';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { open as openZip, type Entry, type ZipFile } from 'yauzl';
import { ApiError } from './api-error';
import type { Limits } from './limits';

/** Names that an unpacked file may end in; the readers tell formats by content first. */
const ENDING = /\.(nii(\.gz)?|nrrd|nhdr|mha|mhd|raw|npy|npz|png|jpe?g|dcm|hdr|img)$/i;

/** Structures that a folder of masks names its files after. */
const STRUCTURES: ReadonlySet<string> = new Set([
  ...Object.values(TOTALSEGMENTATOR_LABELS),
  ...Object.values(TOTALSEGMENTATOR_V1_LABELS),
]);

/**
 * Name of a client's file: a structure's where it is one, else a number. Of other names the ending is
 * all that is kept, since names may name patients.
 */
export function keptName(name: string, number: number): string {
  const base = /[^/\\]*$/.exec(name)?.[0] ?? '';
  const ending = (ENDING.exec(base)?.[0] ?? '').toLowerCase();
  const stem = base.slice(0, base.length - ending.length);
  return `${STRUCTURES.has(stem) ? stem : String(number).padStart(6, '0')}${ending}`;
}

/**
 * Unpacks a zip archive's files into a folder, under numbers in place of their names.
 *
 * @returns bytes unpacked @throws ApiError when it is damaged, or holds more than the limits allow
 */
export async function unpackZip(
  archive: string,
  folder: string,
  { uploadFiles, unpackedBytes }: Limits,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  let bytes = 0;
  let files = 0;
  const count = (size: number): void => {
    bytes += size;
    if (bytes > unpackedBytes) throw tooLarge(`unpacks to more than ${mib(unpackedBytes)} MiB`);
  };
  const zip = await opened(archive);
  try {
    for await (const entry of entriesOf(zip)) {
      const isFile = !entry.fileName.endsWith('/') && !entry.fileName.includes('__MACOSX/');
      if (!isFile) continue;
      if (++files > uploadFiles) throw tooLarge(`holds more than ${uploadFiles} files`);
      const name = keptName(entry.fileName, files);
      const content = await contentOf(zip, entry);
      await pipeline(content, counted(count), createWriteStream(join(folder, name)));
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw damaged();
  } finally {
    zip.close();
  }
  if (files === 0) throw damaged();
  return bytes;
}

/** Unpacks a gzip stream to nowhere. @throws ApiError when it is damaged or unpacks to more than the limit */
export async function checkGzip(path: string, { unpackedBytes }: Limits): Promise<void> {
  let bytes = 0;
  const count = (size: number): void => {
    bytes += size;
    if (bytes > unpackedBytes) throw tooLarge(`unpacks to more than ${mib(unpackedBytes)} MiB`);
  };
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await pipeline(createReadStream(path), createGunzip(), counted(count), nowhere).catch(
    (error: unknown) => {
      if (error instanceof ApiError) throw error;
      throw new ApiError(400, 'the gzip file is damaged; compress it again', {
        code: 'invalid_file',
      });
    },
  );
}

/** Passes bytes on, counting them. @param count throws when there are too many */
export function counted(count: (size: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      try {
        count(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function opened(archive: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    openZip(archive, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(damaged());
    });
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('end', () => resolve(undefined));
      zip.once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners();
    if (entry === undefined) return;
    yield entry;
  }
}

function contentOf(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(error);
    });
  });
}

function damaged(): ApiError {
  return new ApiError(
    400,
    'the zip archive is damaged or empty; expected a folder of DICOM files',
    {
      code: 'invalid_file',
    },
  );
}

function tooLarge(what: string): ApiError {
  return new ApiError(413, `the upload ${what}; send less`, { code: 'file_too_large' });
}

/** Whole mebibytes. */
export function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
