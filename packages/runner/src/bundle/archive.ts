import { FormatError, MissingDataError, UnsupportedError, writeFileAtomic } from '@omnict/core';
import { packTar, unpackTar } from 'modern-tar';
import { readFile, stat } from 'node:fs/promises';
import * as zlib from 'node:zlib';

/** Bounds of an archive that somebody else made. */
interface ArchiveLimits {
  /** Of the file. */
  packedBytes: number;
  /** Of all that it holds, its headers included. */
  bytes: number;
  entries: number;
}

/** A run's own records are far below. */
const ARCHIVE_LIMITS: ArchiveLimits = {
  packedBytes: 256 * 2 ** 20,
  bytes: 512 * 2 ** 20,
  entries: 20_000,
};

/** Files by relative name with forward slashes. */
export type ArchiveFiles = ReadonlyMap<string, Uint8Array>;

/** Compression of a file: gzip everywhere, Zstandard where Node.js has it (22.15 on). */
interface Codec {
  name: string;
  extensions: readonly string[];
  magic: readonly number[];
  pack: ((data: Uint8Array) => Buffer) | undefined;
  unpack: ((data: Uint8Array, options: { maxOutputLength: number }) => Buffer) | undefined;
}

/** Not in the types of Node.js 20. */
const zstd = zlib as unknown as {
  zstdCompressSync?: Codec['pack'];
  zstdDecompressSync?: Codec['unpack'];
};

const CODECS: readonly Codec[] = [
  {
    name: 'gzip',
    extensions: ['.tar.gz', '.tgz'],
    magic: [0x1f, 0x8b],
    pack: (data) => zlib.gzipSync(data, { level: 9 }),
    unpack: zlib.gunzipSync,
  },
  {
    name: 'Zstandard',
    extensions: ['.tar.zst'],
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    pack: zstd.zstdCompressSync,
    unpack: zstd.zstdDecompressSync,
  },
];

/**
 * Writes files into one archive, which appears whole or not at all. Equal files give an equal archive.
 *
 * @param path ends in .tar.gz, .tgz or .tar.zst
 * @throws UnsupportedError for another name, or where this Node.js has no Zstandard
 */
export async function writeArchive(path: string, files: ArchiveFiles): Promise<void> {
  const codec = CODECS.find(({ extensions }) => extensions.some((end) => path.endsWith(end)));
  if (codec === undefined) {
    throw new UnsupportedError(
      `${path}: expected a name that ends in .tar.gz or .tar.zst; choose one`,
    );
  }
  const { pack } = codec;
  if (pack === undefined) throw needsNewerNode(path, codec);
  const entries = [...files].map(([name, body]) => ({
    header: { name, size: body.byteLength, mode: 0o644, mtime: new Date(0), type: 'file' as const },
    body,
  }));
  await writeFileAtomic(path, pack(await packTar(entries)));
}

/**
 * Reads an archive that anybody may have made: bounded in size and number, regular files alone, each
 * name once. Names are as they stand: they become paths by `pathInside` alone.
 *
 * @throws MissingDataError when it cannot be read; FormatError when it is none, or has what none of
 *   ours has; UnsupportedError where this Node.js has no Zstandard
 */
export async function readArchive(
  path: string,
  { packedBytes, bytes, entries: mostEntries }: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveFiles> {
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      throw new MissingDataError(`${path}: cannot be read; expected a bundle; check the path`, {
        cause: error,
      });
    },
  );
  if (size > packedBytes) throw refused(path, `has ${size} bytes`, `at most ${packedBytes}`);
  const tar = unpacked(path, await readFile(path), bytes);
  let count = 0;
  const parsed = await unpackTar(tar, {
    strict: true,
    filter: () => {
      if (++count > mostEntries) throw refused(path, 'holds too much', `${mostEntries} entries`);
      return true;
    },
  }).catch((error: unknown) => {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      `${path}: is damaged: ${String(error)}; expected a tar archive; get it again`,
      {
        cause: error,
      },
    );
  });
  const files = new Map<string, Uint8Array>();
  for (const { header, data } of parsed) {
    const { name, type = 'file' } = header;
    if (type !== 'file' || data === undefined)
      throw refused(path, `has the entry '${name}' of type ${type}`, 'regular files');
    if (files.has(name)) throw refused(path, `has '${name}' twice`, 'each name once');
    files.set(name, data);
  }
  return files;
}

function unpacked(path: string, packed: Buffer, bytes: number): Buffer {
  const codec = CODECS.find(({ magic }) => magic.every((byte, index) => packed[index] === byte));
  if (codec === undefined)
    throw refused(path, 'is neither gzip nor Zstandard', 'a .tar.gz or .tar.zst');
  const { unpack } = codec;
  if (unpack === undefined) throw needsNewerNode(path, codec);
  try {
    return unpack(packed, { maxOutputLength: bytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw refused(path, `unpacks to more than ${bytes} bytes`, 'less');
    }
    throw new FormatError(
      `${path}: is damaged: ${String(error)}; expected ${codec.name}; get it again`,
      {
        cause: error,
      },
    );
  }
}

function needsNewerNode(path: string, { name }: Codec): UnsupportedError {
  return new UnsupportedError(
    `${path}: Node.js ${process.versions.node} has no ${name}; expected 22.15 or newer; use .tar.gz, or a newer Node.js`,
  );
}

function refused(path: string, problem: string, expected: string): FormatError {
  return new FormatError(`${path}: ${problem}; expected ${expected}; ask who made it for another`);
}
