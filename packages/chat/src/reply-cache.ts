import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson, MissingDataError, replaceFile } from '@omnict/core';
import type { TokenUsage } from './budget';

/** A reply as it is kept. The question is not: only its digest is, in the file's name. */
export interface StoredReply extends TokenUsage {
  text: string;
  /** Model id as the server reported it. */
  model: string;
  finishReason: string;
}

/** Digest of everything a reply depends on, in hexadecimal. Keys of objects may come in any order. */
export function contentKey(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** Replies on disk, one file each, found by the digest of their question. */
export class ReplyCache {
  constructor(private readonly folder: string) {}

  /** @returns `undefined` when there is none, or when its file is damaged */
  async get(key: string): Promise<StoredReply | undefined> {
    try {
      const value = JSON.parse(await readFile(this.path(key), 'utf8')) as Partial<StoredReply>;
      return typeof value.text === 'string' ? (value as StoredReply) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a reply; its file appears whole or not at all. @throws MissingDataError */
  async set(key: string, reply: StoredReply): Promise<void> {
    const path = this.path(key);
    try {
      await mkdir(dirname(path), { recursive: true });
      await replaceFile(path, (file) => file.writeFile(`${JSON.stringify(reply)}\n`), {
        mode: 0o600, // a reply tells of the picture it was asked about
      });
    } catch (error) {
      throw new MissingDataError(
        `${path}: reply cannot be kept; expected a folder that is writable and not full; free space or choose another cache`,
        { cause: error },
      );
    }
  }

  private path(key: string): string {
    return join(this.folder, key.slice(0, 2), `${key}.json`);
  }
}
