import {
  ConfigError,
  FormatError,
  MissingDataError,
  pathInside,
  writeFileAtomic,
} from '@omnict/core';
import {
  hubCacheFolder,
  hubModelFolder,
  type HubName,
  hubSnapshot,
  MODEL_CONFIGS,
  parseHubName,
} from '@omnict/nn';
import { existsSync } from 'node:fs';
import { lstat, mkdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { downloadBlob } from './download-blob';
import {
  checkedHash,
  collect,
  type HubConnection,
  hubConnection,
  type HubFile,
  reason,
} from './hub-connection';
import { withRetries } from './with-retries';

/** How a model is fetched. */
export interface PullOptions {
  /** Branch, tag or commit. Default main. */
  revision?: string;
  /** Only looks into the cache. Default: `HF_HUB_OFFLINE`. */
  offline?: boolean;
  /** Called as bytes arrive. */
  onProgress?: (progress: PullProgress) => void;
  signal?: AbortSignal;
}

/** How far a model has come. */
export interface PullProgress {
  /** File being fetched. */
  file: string;
  /** Of all files. */
  doneBytes: number;
  totalBytes: number;
}

/** Files that a model needs here; weights only as safetensors. */
const NEEDED = /(\.safetensors|\.json|\.jinja|(^|\/)(vocab|merges)\.txt|tokenizer\.model)$/;

/** ONNX, GGUF and training states may come as JSON or safetensors too. */
const OTHER_FORMS = /^(onnx|openvino|gguf|coreml|flax|tf)\b|(^|\/)(optimizer|training_args)/;

/**
 * Brings a model of the Hugging Face hub into the hub's cache: interrupted files are continued, each is
 * checked against the hub's hash, and only whole files appear. `HF_ENDPOINT` and `HF_TOKEN` as in Python.
 *
 * @param name `owner/name`, or `owner/name/folder` for a model in a folder of a repository
 * @returns folder of the snapshot
 * @throws ConfigError when the name or revision does not exist; MissingDataError when the network is
 *   gone or, offline, the model is not in the cache; FormatError when a file's hash is wrong
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<string> {
  const { revision = 'main', offline = isOffline(), onProgress, signal } = options;
  const hubName = parseHubName(name);
  if (hubName === undefined) {
    throw new ConfigError(`'${name}' is no model of the hub; expected owner/name`);
  }
  if (offline) return requireSnapshot(name, revision);
  const { repo, subfolder } = hubName;
  const hub = hubConnection();
  const { hubUrl, accessToken } = hub;
  const { commit, files } = await listModel(hubName, revision, hub);
  const folder = hubModelFolder(repo);
  const snapshot = pathInside(folder, `snapshots/${commit}`);
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  let doneBytes = 0;
  for (const { path, size, oid, lfs } of files) {
    const blob = pathInside(folder, `blobs/${checkedHash(lfs?.oid ?? oid, hubUrl)}`);
    const before = doneBytes;
    await downloadBlob(
      { url: `${hubUrl}/${repo}/resolve/${commit}/${path}`, blob, size, isLfs: lfs !== undefined },
      {
        accessToken,
        signal,
        onBytes: (bytes) => onProgress?.({ file: path, doneBytes: before + bytes, totalBytes }),
      },
    );
    doneBytes += size;
    onProgress?.({ file: path, doneBytes, totalBytes });
    await link(blob, pathInside(snapshot, path, { linksInto: folder }));
  }
  const ref = pathInside(folder, `refs/${revision}`);
  await mkdir(dirname(ref), { recursive: true });
  await writeFileAtomic(ref, commit); // last: names a snapshot that is whole
  return join(snapshot, subfolder);
}

function isOffline(): boolean {
  return ['1', 'true', 'yes', 'on'].includes((process.env['HF_HUB_OFFLINE'] ?? '').toLowerCase());
}

function requireSnapshot(repo: string, revision: string): string {
  const snapshot = hubSnapshot(repo, revision);
  if (snapshot !== undefined) return snapshot;
  throw new MissingDataError(
    `'${repo}' (${revision}) is not in the cache and this is offline mode; expected it in ${hubCacheFolder()}; pull it once with the network, or copy the cache`,
  );
}

async function listModel(
  { repo, subfolder }: HubName,
  revision: string,
  hub: HubConnection,
): Promise<{ commit: string; files: HubFile[] }> {
  const { listFiles, modelInfo } = await import('@huggingface/hub'); // loaded when first needed
  try {
    const { sha } = await withRetries(() =>
      modelInfo({ name: repo, revision, additionalFields: ['sha'], ...hub }),
    );
    checkedHash(sha, hub.hubUrl); // becomes part of addresses, and the name of a folder
    const entries = await withRetries(() =>
      collect(listFiles({ repo, revision: sha, recursive: true, ...hub })),
    );
    const within = subfolder === '' ? '' : `${subfolder}/`;
    const files = entries.filter(
      ({ type, path }) => type === 'file' && path.startsWith(within) && isNeeded(path),
    );
    const configs = MODEL_CONFIGS.map((config) => within + config);
    if (files.some(({ path }) => configs.includes(path))) return { commit: sha, files };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const status = (error as { statusCode?: number }).statusCode;
    if (status === 401 || status === 403 || status === 404) {
      throw new ConfigError(
        `'${repo}' (${revision}) cannot be read at ${hub.hubUrl} (HTTP ${status}); correct the name, or set HF_TOKEN if it is gated`,
        { cause: error },
      );
    }
    throw new MissingDataError(
      `${hub.hubUrl} cannot be reached for '${repo}': ${reason(error)}; check the network and try again`,
      { cause: error },
    );
  }
  throw new ConfigError(
    `'${repo}' (${revision}) has no config.json${subfolder === '' ? '' : ` in ${subfolder}/`}; expected a model in Hugging Face form; choose another repository, or a folder in it: ${repo}/FOLDER`,
  );
}

function isNeeded(path: string): boolean {
  const isSafe = !path.split('/').includes('..') && !path.startsWith('/');
  return isSafe && NEEDED.test(path) && !OTHER_FORMS.test(path);
}

async function link(blob: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  if ((await lstat(place).catch(() => undefined)) !== undefined && existsSync(place)) return;
  await symlink(relative(dirname(place), blob), place);
}
