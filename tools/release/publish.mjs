/** @file Publishing packed packages to a registry, those first on which others depend. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { manifestOf } from '../pack/tarballs.mjs';
import { runCommand, step, StepError } from '../steps.mjs';

const MINUTES = 60;

/**
 * Sorts packages so that each comes after those it needs; neighbours by name.
 *
 * @template {{ name: string, manifest: Record<string, any> }} Item
 * @param {readonly Item[]} items
 * @returns {Item[]}
 * @throws {StepError} naming packages that need each other
 */
export function inPublishingOrder(items) {
  const waiting = new Map(
    [...items].sort((a, b) => (a.name < b.name ? -1 : 1)).map((item) => [item.name, item]),
  );
  const sorted = [];
  while (waiting.size > 0) {
    const ready = [...waiting.values()].find(({ manifest }) => {
      const { dependencies, peerDependencies, optionalDependencies } = manifest;
      const needed = { ...dependencies, ...peerDependencies, ...optionalDependencies };
      return !Object.keys(needed).some((name) => waiting.has(name));
    });
    if (ready === undefined) throw new StepError(`need each other: ${[...waiting.keys()]}`);
    waiting.delete(ready.name);
    sorted.push(ready);
  }
  return sorted;
}

/**
 * Publishes the packages that the registry lacks, so that an interrupted release can be run again.
 *
 * @param {readonly import('../pack/tarballs.mjs').Packed[]} packed
 * @param {{ registry: string, tag?: string, dryRun?: boolean, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ published: string[], present: string[] }>} names with versions
 * @throws {StepError} when the registry refuses one, or has other content under its version
 */
export async function publishAll(packed, { registry, tag = 'latest', dryRun = false, env }) {
  const npm = (args) =>
    runCommand('npm', [...args, '--registry', registry], { env, timeoutSeconds: 10 * MINUTES });
  const items = packed.map((item) => ({ ...item, manifest: manifestOf(item.folder) }));
  const [published, present] = [[], []];
  for (const { name, manifest, tarball } of inPublishingOrder(items)) {
    const id = `${name}@${manifest.version}`;
    const there = await integrityOf(id, npm);
    if (there === undefined) {
      const args = ['publish', tarball, '--access', 'public', '--tag', tag, '--ignore-scripts'];
      await step(`publishing ${id}${dryRun ? ' (dry run)' : ''}`, () =>
        npm([...args, ...(dryRun ? ['--dry-run'] : [])]),
      );
      published.push(id);
    } else if (there === sha512(tarball)) present.push(id);
    else {
      throw new StepError(
        `${id}: the registry has other content under this version; raise it: npx changeset, npm run release:version`,
      );
    }
  }
  return { published, present };
}

/** Checksum of a version that the registry has, or undefined. */
async function integrityOf(id, npm) {
  try {
    return JSON.parse(await npm(['view', id, 'dist.integrity', '--json']));
  } catch (error) {
    // E404 is both an unknown package and, from npm 10 on, an unknown version.
    if (error instanceof StepError && error.message.includes('E404')) return undefined;
    throw error;
  }
}

const sha512 = (path) =>
  `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
