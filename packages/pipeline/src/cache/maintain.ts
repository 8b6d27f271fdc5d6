import { FormatError, pathInside } from '@omnict/core';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeaseWatch } from './lease';
import { digestFile, type Manifest, totalBytes } from './manifest';
import type { StageCache } from './stage-cache';

/** What to remove from a cache. A result goes when any of the rules wants it gone. */
export interface PruneRules {
  /** Results of these stages only; the other rules then choose among them, and without any all go. */
  stages?: readonly string[];
  /** Results not used for so long. */
  olderThanMs?: number;
  /** Those unused for longest, until the others are no more than this. */
  maxBytes?: number;
  /** Keys that recorded runs use: results of no run go. */
  reachable?: ReadonlySet<string>;
  /** Keys that never go: those of runs that are under way. */
  protected?: ReadonlySet<string>;
  /** All results. */
  all?: boolean;
  /** Remove nothing, only tell. */
  dryRun?: boolean;
}

/** A result that was, or would be, removed. */
export interface PrunedResult {
  key: string;
  stage: string;
  bytes: number;
}

/** Half-done work without a living worker is removed after so long. */
const ABANDONED_MS = 7 * 24 * 3600 * 1000;

/**
 * Checks every digest and drops results that fail; they are made again when needed.
 *
 * @returns their keys
 * @throws FormatError naming them when the cache may only be read
 */
export async function verifyCache(cache: StageCache): Promise<string[]> {
  const dropped: string[] = [];
  const kept: string[] = [];
  let reason = '';
  for (const key of await cache.keys()) {
    if (await isWhole(cache, key)) continue;
    try {
      await cache.drop(key);
      dropped.push(key);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      kept.push(key);
      reason = error.message;
    }
  }
  if (kept.length > 0) {
    throw new FormatError(
      `${kept.length} damaged results cannot be removed: ${kept.join(', ')}; ${reason}`,
    );
  }
  await removeLeftovers(cache);
  return dropped;
}

async function isWhole(cache: StageCache, key: string): Promise<boolean> {
  const found = await cache.lookUp(key);
  if (found === null) return false;
  for (const [name, { sha256 }] of Object.entries(found.manifest.files)) {
    const digest = await digestFile(cache.fileOf(key, name)).catch(() => null);
    if (digest?.sha256 !== sha256) return false;
  }
  return true;
}

/**
 * Removes results by rules, and what dead workers left behind.
 *
 * @returns the results removed
 * @throws FormatError when the cache may only be read
 */
export async function pruneCache(cache: StageCache, rules: PruneRules): Promise<PrunedResult[]> {
  const results = await Promise.all(
    (await cache.list()).map(async (manifest) => ({
      manifest,
      usedMs: await cache.lastUsedMs(manifest.key),
    })),
  );
  const candidates = results
    .filter(({ manifest: { key, stage } }) => {
      const isOfStages = rules.stages === undefined || rules.stages.includes(stage);
      return isOfStages && rules.protected?.has(key) !== true;
    })
    .sort((one, other) => one.usedMs - other.usedMs);
  let keptBytes = results.reduce((sum, { manifest }) => sum + totalBytes(manifest), 0);
  const removed: Manifest[] = [];
  for (const { manifest, usedMs } of candidates) {
    const isTooMuch = rules.maxBytes !== undefined && keptBytes > rules.maxBytes;
    if (!isUnwanted(manifest, usedMs, rules) && !isTooMuch) continue;
    keptBytes -= totalBytes(manifest);
    removed.push(manifest);
  }
  if (rules.dryRun !== true) {
    for (const { key } of removed) await cache.drop(key);
    await removeLeftovers(cache);
  }
  return removed.map((manifest) => ({
    key: manifest.key,
    stage: manifest.stage,
    bytes: totalBytes(manifest),
  }));
}

function isUnwanted({ key }: Manifest, usedMs: number, rules: PruneRules): boolean {
  const { olderThanMs, maxBytes, reachable, stages, all } = rules;
  const hasRule = [olderThanMs, maxBytes, reachable].some((rule) => rule !== undefined);
  if (!hasRule) return all === true || stages !== undefined;
  const isOld = olderThanMs !== undefined && Date.now() - usedMs > olderThanMs;
  const isLoose = reachable !== undefined && !reachable.has(key);
  return isOld || isLoose;
}

/** Work of workers that are dead for long, results that were being removed, leases put aside. */
async function removeLeftovers(cache: StageCache): Promise<void> {
  const leases = new LeaseWatch(cache.leases);
  const working = pathInside(cache.folder, 'working');
  for (const key of await readdir(working).catch(() => [])) {
    const folder = join(working, key);
    const { mtimeMs } = await lstat(folder);
    const isAbandoned = Date.now() - mtimeMs > ABANDONED_MS && (await leases.isFree(key));
    if (isAbandoned) await rm(folder, { recursive: true, force: true });
  }
  for (const name of await readdir(cache.folder).catch(() => [])) {
    if (name.startsWith('dropped-'))
      await rm(join(cache.folder, name), { recursive: true, force: true });
  }
  for (const name of await readdir(cache.leases).catch(() => [])) {
    if (name.includes('.')) await rm(join(cache.leases, name), { recursive: true, force: true });
  }
}
