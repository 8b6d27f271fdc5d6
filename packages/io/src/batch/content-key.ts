import { createHash, type Hash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { filesBelow } from '../files-below';

/** Bytes read at once. */
const PIECE_BYTES = 2 ** 20;

/**
 * What a file or folder holds, to tell whether something made of it is still true: a stamp that is
 * cheap, and a digest of the content. Equal stamps mean equal content; after a copy or a checkout
 * stamps differ and the digest decides.
 */
export interface ContentKey {
  stamp: string;
  digest: () => Promise<string>;
}

/** Key of an image: of a folder all files below, of a file also its other half and detached data. */
export async function contentKey(path: string): Promise<ContentKey> {
  const files = await filesOf(path);
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    hash.update(`${nameIn(path, file)}|${size}|${mtimeNs}|${ctimeNs}\n`);
  }
  return { stamp: hash.digest('hex'), digest: () => digestOf(path, files) };
}

async function digestOf(path: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (const file of files) {
    hash.update(`${nameIn(path, file)}\n`);
    await addContent(hash, file, piece);
  }
  return hash.digest('hex');
}

async function addContent(hash: Hash, path: string, piece: Buffer): Promise<void> {
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, null);
      if (bytesRead === 0) return;
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Files whose content makes the image; none when nothing is there. */
async function filesOf(path: string): Promise<string[]> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return [];
  if (stats.isDirectory()) return (await filesBelow(path)).files;
  // Pairs and detached data share the name before the extension: ct.mhd and ct.zraw.
  const match = /^(.+)\.(hdr|img|nhdr|mhd)(\.gz)?$/i.exec(basename(path));
  if (match === null) return [path];
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(`${match[1]}.`))
    .sort()
    .map((name) => join(dirname(path), name));
}

function nameIn(path: string, file: string): string {
  return relative(path, file) || basename(file);
}
