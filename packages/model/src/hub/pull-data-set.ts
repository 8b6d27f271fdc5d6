import { ConfigError, FormatError, MissingDataError, pathInside } from '@omnict/core';
import { mkdir, statfs } from 'node:fs/promises';
import { downloadBlob, fetchedBytes } from './download-blob';
import {
  checkedHash,
  collect,
  type HubConnection,
  hubConnection,
  type HubFile,
  reason,
} from './hub-connection';
import type { PullProgress } from './pull-model';
import { withRetries } from './with-retries';

/** Files of a data set on the hub, before any is fetched. */
export interface DataSetPlan {
  /** `owner/name` */
  repo: string;
  commit: string;
  files: HubFile[];
  /** Of all these files. */
  bytes: number;
}

/** What came of a pull. */
export interface DataSetPull {
  folder: string;
  files: number;
  /** Files that the hub lists and does not have (HTTP 404). */
  missing: string[];
}

/**
 * Lists the files of a data set, so that its cost is known first. `HF_ENDPOINT` and `HF_TOKEN` as in
 * Python.
 *
 * @throws ConfigError when the name does not exist or its terms are not accepted; MissingDataError when
 *   the network is gone
 */
export async function planDataSet(
  repo: string,
  { revision = 'main' }: { revision?: string } = {},
): Promise<DataSetPlan> {
  const { commit, entries } = await listDataSet(repo, revision, hubConnection());
  return { repo, commit, files: entries, bytes: bytesOf(entries) };
}

/** The plan of some of the files. @throws ConfigError when there is none */
export function planOfFiles(plan: DataSetPlan, paths: readonly string[]): DataSetPlan {
  const wanted = new Set(paths);
  const files = plan.files.filter(({ path }) => wanted.has(path));
  if (files.length > 0) return { ...plan, files, bytes: bytesOf(files) };
  throw new ConfigError(
    `'${plan.repo}' has ${plan.files.length} files and none that is wanted; expected those of the published data set; check revision and prefix`,
  );
}

function bytesOf(files: readonly HubFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Fetches the files of a plan into a folder, under their own paths. Interrupted ones are continued, each
 * is checked against the hub's hash, and only whole files appear; files that the hub does not have are
 * collected and the rest goes on.
 *
 * @throws ConfigError when the disk is too small or access is refused; MissingDataError when the network
 *   is gone; FormatError when a file's hash is wrong
 */
export async function pullDataSet(
  { repo, commit, files, bytes }: DataSetPlan,
  {
    out,
    onProgress,
    signal,
  }: { out: string; onProgress?: (progress: PullProgress) => void; signal?: AbortSignal },
): Promise<DataSetPull> {
  const { hubUrl, accessToken } = hubConnection();
  await mkdir(out, { recursive: true });
  await requireRoom(out, files);
  const missing: string[] = [];
  let doneBytes = 0;
  for (const { path, size, oid, lfs } of files) {
    const before = doneBytes;
    const url = `${hubUrl}/datasets/${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const hash = checkedHash(lfs?.oid ?? oid, hubUrl);
    const blob = pathInside(out, path);
    const onBytes = (done: number): void =>
      onProgress?.({ file: path, doneBytes: before + done, totalBytes: bytes });
    try {
      await downloadBlob(
        { url, blob, hash, size, isLfs: lfs !== undefined },
        { accessToken, signal, onBytes },
      );
    } catch (error) {
      const status = statusOf(error);
      if (status === 401 || status === 403) throw refused(repo, status, error);
      if (status !== 404) throw error;
      missing.push(path);
    }
    doneBytes += size;
    onProgress?.({ file: path, doneBytes, totalBytes: bytes });
  }
  return { folder: out, files: files.length - missing.length, missing };
}

async function listDataSet(
  repo: string,
  revision: string,
  hub: HubConnection,
): Promise<{ commit: string; entries: HubFile[] }> {
  const { datasetInfo, listFiles } = await import('@huggingface/hub'); // loaded when first needed
  try {
    const { sha } = await withRetries(() =>
      datasetInfo({ name: repo, revision, additionalFields: ['sha'], ...hub }),
    );
    const commit = checkedHash(sha, hub.hubUrl); // becomes part of addresses
    const entries = await withRetries(() =>
      collect(
        listFiles({
          repo: { type: 'dataset', name: repo },
          revision: commit,
          recursive: true,
          ...hub,
        }),
      ),
    );
    return { commit, entries: entries.filter(({ type }) => type === 'file') };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const status = statusOf(error);
    if (status === 401 || status === 403 || status === 404) throw refused(repo, status, error);
    throw new MissingDataError(
      `${hub.hubUrl} cannot be reached for '${repo}': ${reason(error)}; check the network and try again`,
      { cause: error },
    );
  }
}

function refused(repo: string, status: number, cause: unknown): ConfigError {
  const page = `${hubConnection().hubUrl}/datasets/${repo}`;
  const remedy =
    status === 404
      ? 'check the name; a gated data set without HF_TOKEN may look as if it were not there'
      : `it is gated: accept its terms at ${page}, make a token that may read it at ${hubConnection().hubUrl}/settings/tokens and set HF_TOKEN`;
  return new ConfigError(
    `'${repo}' cannot be read (HTTP ${status}); expected access to the data set; ${remedy}`,
    { cause },
  );
}

/** HTTP status of a failed request, or of what it was caused by. */
function statusOf(error: unknown): number | undefined {
  const { statusCode, cause } = (error ?? {}) as { statusCode?: number; cause?: unknown };
  return statusCode ?? (cause === undefined ? undefined : statusOf(cause));
}

/** What an earlier pull left takes no more room. */
async function requireRoom(folder: string, files: readonly HubFile[]): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const left = await Promise.all(
    files.map(async ({ path, size }) => size - (await fetchedBytes(pathInside(folder, path)))),
  );
  const bytes = left.reduce((sum, size) => sum + Math.max(size, 0), 0);
  if (bytes <= free) return;
  const gigabytes = (count: number): string => (count / 1e9).toFixed(1);
  throw new ConfigError(
    `${folder}: has room for ${gigabytes(free)} GB; expected ${gigabytes(bytes)} GB; choose another folder or a smaller --subset`,
  );
}
