import { FormatError, MissingDataError } from '@omnict/core';
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { withRetries } from './with-retries';

/** One file of the hub. */
export interface Blob {
  url: string;
  /** Where it goes. */
  blob: string;
  /** Hash that its content must have, also where it is there already. Default: the name of the place. */
  hash?: string;
  size: number;
  /** Large files are named by their SHA-256, others by their git hash. */
  isLfs: boolean;
}

/**
 * Fetches a file unless it is there. What an earlier try left is continued; the file gets its name
 * only when whole and of the right hash.
 *
 * @throws MissingDataError when the connection breaks (what came is kept); FormatError when the hash
 *   is wrong (what came is removed), or another file is there
 */
export async function downloadBlob(
  { url, blob, hash: given, size, isLfs }: Blob,
  options: {
    accessToken: string | undefined;
    signal: AbortSignal | undefined;
    onBytes: (done: number) => void;
  },
): Promise<void> {
  const expected = given ?? basename(blob);
  const hashOf = (path: string): Promise<string> =>
    hashFile(path, isLfs ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`));
  const there = await sizeOf(blob);
  if (there !== undefined) {
    // A name that is a hash was given to the right content; any other name may be another file's.
    if (given === undefined || (there === size && (await hashOf(blob)) === given)) return;
    throw new FormatError(
      `${blob}: is there with other content than ${url}; expected the hub's; remove it, or choose another folder`,
    );
  }
  await mkdir(dirname(blob), { recursive: true });
  const partial = partialOf(blob);
  let start = (await sizeOf(partial)) ?? 0;
  if (start > size) {
    await rm(partial);
    start = 0;
  }
  if (start < size) await fetchRest(url, { partial, start, size }, options);
  const found = await hashOf(partial);
  if (found !== expected) {
    await rm(partial);
    throw new FormatError(
      `${url}: content has another hash; expected ${expected}, got ${found}; pull again`,
    );
  }
  await rename(partial, blob);
}

/** Bytes of a file that are there, whole or from an interrupted try. */
export async function fetchedBytes(blob: string): Promise<number> {
  return (await sizeOf(blob)) ?? (await sizeOf(partialOf(blob))) ?? 0;
}

function partialOf(blob: string): string {
  return `${blob}.incomplete`;
}

async function fetchRest(
  url: string,
  { partial, start, size }: { partial: string; start: number; size: number },
  options: {
    accessToken: string | undefined;
    signal: AbortSignal | undefined;
    onBytes: (done: number) => void;
  },
): Promise<void> {
  const { accessToken, signal, onBytes } = options;
  const headers: Record<string, string> = start > 0 ? { Range: `bytes=${start}-` } : {};
  if (accessToken !== undefined) headers['Authorization'] = `Bearer ${accessToken}`;
  let done = start;
  try {
    const request = { headers, ...(signal === undefined ? {} : { signal }) };
    const response = await withRetries(() => fetch(url, request));
    if (!response.ok || response.body === null) {
      throw Object.assign(new Error(`HTTP ${response.status}`), { statusCode: response.status });
    }
    const continues = response.status === 206;
    if (!continues) done = 0; // the server sends the whole file
    const count = new Transform({
      transform: (chunk: Buffer, _encoding, next) => {
        done += chunk.length;
        if (done > size) return next(new Error(`more than the announced ${size} bytes`));
        onBytes(done);
        next(null, chunk);
      },
    });
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream),
      count,
      createWriteStream(partial, { flags: continues ? 'a' : 'w' }),
    );
    if (done < size) throw new Error(`the connection ended after ${done} of ${size} bytes`);
  } catch (error) {
    signal?.throwIfAborted();
    throw new MissingDataError(
      `${url}: cannot be fetched: ${error instanceof Error ? error.message : String(error)}; ${done} of ${size} bytes are kept; pull again to continue`,
      { cause: error },
    );
  }
}

async function hashFile(path: string, hash: Hash): Promise<string> {
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
