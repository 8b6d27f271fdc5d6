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

/** Whether a name has the form of a model on the hub: `owner/name`. */
export function isHubName(name: string): boolean {
  return /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(name);
}

/** Files of a model that was pulled. @returns undefined when it is not in the cache */
export function hubSnapshot(repo: string, revision = 'main'): string | undefined {
  if (!isHubName(repo)) return undefined;
  const folder = hubModelFolder(repo);
  const ref = join(folder, 'refs', revision);
  const commit = existsSync(ref) ? readFileSync(ref, 'utf8').trim() : revision;
  const snapshot = join(folder, 'snapshots', commit);
  return existsSync(join(snapshot, 'config.json')) ? snapshot : undefined;
}

/**
 * Folder of a model by its name: a folder with config.json, or a model in the hub's cache.
 *
 * @returns undefined when it is neither
 */
export function modelFolder(nameOrFolder: string): string | undefined {
  if (existsSync(join(nameOrFolder, 'config.json'))) return nameOrFolder;
  return hubSnapshot(nameOrFolder);
}
