import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from './api-error';
import type { Limits } from './limits';
import { checkGzip, counted, keptName, mib, unpackZip } from './unpack';

/** Files that a client sent, or that the server made of them. */
export interface Upload {
  id: string;
  /** Folder of its own. */
  folder: string;
  /** What the readers open: a lone file, or a folder of slices or structures. */
  path: string;
  bytes: number;
  files: number;
  /** Requests that use it now: it cannot make room. */
  uses: number;
}

/** What a client sends. */
export type Content = AsyncIterable<Uint8Array>;

/** Uploads in a temporary folder, which is gone when the store is closed or the process ends. */
export class UploadStore {
  private readonly uploads = new Map<string, Upload>();
  private readonly adding = new Map<string, Promise<Upload>>();
  private readonly onExit = (): void => rmSync(this.root, { recursive: true, force: true });

  private constructor(
    /** The temporary folder. */
    readonly root: string,
    private readonly limits: Limits,
  ) {
    process.once('exit', this.onExit);
  }

  static async create(limits: Limits): Promise<UploadStore> {
    return new UploadStore(await mkdtemp(join(tmpdir(), 'omnict-serve-')), limits);
  }

  /** Makes an empty upload. */
  async begin(id: string = `file-${randomBytes(12).toString('hex')}`): Promise<Upload> {
    const folder = join(this.root, id);
    await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 });
    const path = join(folder, 'files');
    const upload = { id, folder, path, bytes: 0, files: 0, uses: 0 };
    this.uploads.set(id, upload);
    return upload;
  }

  /** Adds one file; an archive's files are unpacked. @throws ApiError above the limits */
  async add(upload: Upload, content: Content, name: string): Promise<void> {
    const { uploadFiles, uploadBytes } = this.limits;
    if (++upload.files > uploadFiles) throw tooLarge(`has more than ${uploadFiles} files`);
    const all = join(upload.folder, 'files');
    const target = join(all, keptName(name, upload.files));
    const partial = join(upload.folder, `${upload.files}.part`);
    upload.uses++;
    try {
      const count = (size: number): void => {
        upload.bytes += size;
        if (upload.bytes > uploadBytes) throw tooLarge(`has more than ${mib(uploadBytes)} MiB`);
        this.makeRoom();
      };
      await pipeline(content, counted(count), createWriteStream(partial));
      const signature = await signatureOf(partial);
      if (signature === 'zip') upload.bytes += await unpackZip(partial, target, this.limits);
      else if (signature === 'gzip') await checkGzip(partial, this.limits);
      if (signature !== 'zip') await rename(partial, target);
      upload.path = upload.files === 1 ? target : all; // a lone file is opened as what it is
      await rm(partial, { force: true });
      this.makeRoom();
    } catch (error) {
      await this.delete(upload.id);
      throw error;
    } finally {
      upload.uses--;
    }
  }

  /** Keeps content once, however often it is sent: an open image stays open. */
  async addOnce(contents: readonly Uint8Array[], name: string): Promise<Upload> {
    const hash = createHash('sha256').update(keptName(name, 0));
    for (const content of contents) hash.update(String(content.length)).update(content);
    const id = `data-${hash.digest('hex')}`;
    const adding = this.adding.get(id);
    if (adding !== undefined) return adding;
    if (this.uploads.has(id)) return this.get(id);
    const added = this.addAll(id, contents, name).finally(() => this.adding.delete(id));
    this.adding.set(id, added);
    return added;
  }

  private async addAll(id: string, contents: readonly Uint8Array[], name: string): Promise<Upload> {
    const upload = await this.begin(id);
    for (const content of contents) await this.add(upload, Readable.from([content]), name);
    return upload;
  }

  /** Finds an upload, which counts as used now. @throws ApiError when there is none */
  get(id: string): Upload {
    const upload = this.uploads.get(id);
    if (upload === undefined) {
      throw new ApiError(
        404,
        `no upload '${id}'; it was never there, or made room for others; upload it again`,
        { code: 'file_not_found' },
      );
    }
    this.uploads.delete(id);
    this.uploads.set(id, upload);
    return upload;
  }

  /** Deletes an upload. */
  async delete(id: string): Promise<void> {
    const upload = this.uploads.get(id);
    this.uploads.delete(id);
    if (upload !== undefined) await rm(upload.folder, { recursive: true, force: true });
  }

  /** Puts a word in the place of paths: clients need not know where files lie. */
  withoutPaths(message: string): string {
    const path = this.root.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return message.replaceAll(new RegExp(`${path}[^\\s:;,'"]*`, 'g'), 'the upload');
  }

  /** Deletes all. */
  async close(): Promise<void> {
    process.off('exit', this.onExit);
    this.uploads.clear();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Drops what was not used for longest. @throws ApiError when all that is left is in use */
  private makeRoom(): void {
    const { storedBytes, storedUploads } = this.limits;
    let bytes = [...this.uploads.values()].reduce((sum, upload) => sum + upload.bytes, 0);
    for (const upload of [...this.uploads.values()]) {
      if (bytes <= storedBytes && this.uploads.size <= storedUploads) return;
      if (upload.uses > 0) continue;
      bytes -= upload.bytes;
      void this.delete(upload.id);
    }
    if (bytes > storedBytes || this.uploads.size > storedUploads) {
      throw new ApiError(503, 'the server has no room for this upload now; try again later', {
        code: 'storage_full',
      });
    }
  }
}

async function signatureOf(path: string): Promise<'zip' | 'gzip' | undefined> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.readUInt32BE(0) === 0x504b0304) return 'zip';
    return buffer.readUInt16BE(0) === 0x1f8b ? 'gzip' : undefined;
  } finally {
    await file.close();
  }
}

function tooLarge(what: string): ApiError {
  return new ApiError(413, `the upload ${what}; send less, or ask about fewer slices`, {
    code: 'file_too_large',
  });
}
