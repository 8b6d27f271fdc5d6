import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder where models of the Hugging Face hub are kept: the hub's own layout, shared with Python.
 * `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `HF_HOME` and `XDG_CACHE_HOME` move it, as there.
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export function hubCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  const home = HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
  return HF_HUB_CACHE ?? HUGGINGFACE_HUB_CACHE ?? join(home, 'hub');
}

/** Folder of one model in the cache. @param repo `owner/name` */
export function hubModelFolder(repo: string, cache = hubCacheFolder()): string {
  return join(cache, `models--${repo.replaceAll('/', '--')}`);
}

/** A model on the hub. */
export interface HubName {
  /** `owner/name` */
  repo: string;
  /** Folder in the repository that holds the model; empty for the repository itself. */
  subfolder: string;
}

/** Reads `owner/name` or `owner/name/folder`. @returns undefined for other forms */
export function parseHubName(name: string): HubName | undefined {
  const [owner = '', model = '', ...folders] = name.split('/');
  const isName = (part: string): boolean => /^[\w-][\w.-]*$/.test(part);
  if (![owner, model, ...folders].every(isName)) return undefined;
  return { repo: `${owner}/${model}`, subfolder: folders.join('/') };
}

/** Whether a name has the form of a model on the hub. */
export function isHubName(name: string): boolean {
  return parseHubName(name) !== undefined;
}

/** Descriptions of a model: Hugging Face's, and open_clip's. */
export const MODEL_CONFIGS = ['config.json', 'open_clip_config.json'];

function holdsModel(folder: string): boolean {
  return MODEL_CONFIGS.some((name) => existsSync(join(folder, name)));
}

/** Files of a model that was pulled. @returns undefined when it is not in the cache */
export function hubSnapshot(name: string, revision = 'main'): string | undefined {
  const hubName = parseHubName(name);
  if (hubName === undefined) return undefined;
  const folder = hubModelFolder(hubName.repo);
  const ref = join(folder, 'refs', revision);
  const commit = existsSync(ref) ? readFileSync(ref, 'utf8').trim() : revision;
  if (commit.split('/').includes('..')) return undefined; // a pointer that leads out of the cache
  const snapshot = join(folder, 'snapshots', commit, hubName.subfolder);
  return holdsModel(snapshot) ? snapshot : undefined;
}

/**
 * Folder of a model by its name: a folder with config.json, or a model in the hub's cache.
 *
 * @returns undefined when it is neither
 */
export function modelFolder(nameOrFolder: string): string | undefined {
  if (holdsModel(nameOrFolder)) return nameOrFolder;
  return hubSnapshot(nameOrFolder);
}
