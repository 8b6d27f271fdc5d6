import { MissingDataError, pathInside } from '@omnict/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';

/** What a published result says about itself. */
export interface Manifest {
  key: string;
  stage: string;
  /** Seconds the stage ran. */
  seconds: number;
  /** Processor time of all threads of the process meanwhile, seconds. */
  processorSeconds?: number;
  /** On what it ran: versions, processor, threads. */
  machine?: Readonly<Record<string, string>>;
  /** Largest resident memory of the process that made it, bytes. */
  memoryBytes?: number;
  /** Parts of the key, hashed one by one: tells what changed when another key misses. */
  parts?: Readonly<Record<string, string>>;
  /** Size and SHA-256 of each output file, by path with forward slashes. */
  files: Record<string, { bytes: number; sha256: string }>;
}

/** Name of a manifest in its result's folder. */
export const MANIFEST_FILE = 'manifest.json';

const SHA256 = /^[0-9a-f]{64}$/;

/** Whether a text has the form of a result's key: the only form that becomes part of a path. */
export function isKey(text: unknown): text is string {
  return typeof text === 'string' && SHA256.test(text);
}

/**
 * Manifest of a result; null when there is none, it cannot be read, or it is none that this program
 * writes. Whoever may write to a shared store may have written it, so that nothing it says is taken on
 * trust: the key is the folder's name, and files stay in the result.
 */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    const text = await readFile(pathInside(folder, MANIFEST_FILE), 'utf8');
    const value = JSON.parse(text) as Partial<Manifest> | null;
    return isManifest(value) ? { ...value, key: basename(folder) } : null;
  } catch {
    return null;
  }
}

function isManifest(value: Partial<Manifest> | null): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { stage, seconds, processorSeconds, machine, memoryBytes, parts, files } = value;
  return (
    typeof stage === 'string' &&
    typeof seconds === 'number' &&
    ['number', 'undefined'].includes(typeof memoryBytes) &&
    ['number', 'undefined'].includes(typeof processorSeconds) &&
    (machine === undefined || isRecordOf(machine, (fact) => typeof fact === 'string')) &&
    (parts === undefined || isRecordOf(parts, (part) => typeof part === 'string')) &&
    isRecordOf(files, isDigest)
  );
}

function isDigest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { bytes, sha256 } = value as Partial<Manifest['files'][string]>;
  return Number.isSafeInteger(bytes) && (bytes as number) >= 0 && isKey(sha256);
}

function isRecordOf(value: unknown, isValue: (value: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isValue);
}

/** Bytes of all files of a result. */
export function totalBytes({ files }: Manifest): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Sizes and digests of all files under a folder. */
export async function digestTree(root: string): Promise<Manifest['files']> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const files: Manifest['files'] = {};
  for (const name of names) files[name] = await digestFile(join(root, name));
  return files;
}

/** Size and SHA-256 of a file. @throws MissingDataError */
export async function digestFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch (error) {
    throw new MissingDataError(
      `${path}: cannot be read; expected an input of the sweep; check the path`,
      { cause: error },
    );
  }
  return { bytes, sha256: hash.digest('hex') };
}
