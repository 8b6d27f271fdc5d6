/** @file How much disk a package takes when it is installed alone. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Sizes of packages with all that they depend on, from one project where they lie together.
 *
 * @param {string} project folder with package-lock.json and node_modules
 * @param {readonly string[]} names packages to measure
 * @returns {Map<string, number>} bytes of each with its dependencies, optional ones as installed here
 */
export function footprints(project, names) {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const sizes = new Map();
  for (const name of names) {
    const needed = new Set();
    collect(packages, `node_modules/${name}`, needed);
    let bytes = 0;
    for (const place of needed) {
      const folder = join(project, place);
      // The lock names the binaries of other platforms too.
      if (existsSync(folder)) bytes += bytesOf(folder, true);
    }
    sizes.set(name, bytes);
  }
  return sizes;
}

/** Adds a place and what npm resolves from it. */
function collect(packages, place, needed) {
  if (needed.has(place)) return;
  needed.add(place);
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
    packages[place];
  const peers = Object.keys(peerDependencies ?? {}).filter(
    (name) => peerDependenciesMeta?.[name]?.optional !== true,
  );
  const names = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
  for (const name of names) {
    const found = resolve(packages, place, name);
    if (found !== undefined) collect(packages, found, needed);
  }
}

/** Where Node finds a package from another's folder. */
function resolve(packages, place, name) {
  const parts = place.split('/node_modules/');
  for (let depth = parts.length; depth >= 0; depth--) {
    const above = parts.slice(0, depth).join('/node_modules/');
    const candidate = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (candidate in packages) return candidate;
  }
  return undefined;
}

/** Bytes of a folder's files; a package's own node_modules are places of their own. */
function bytesOf(folder, isPackage) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!(isPackage && entry.name === 'node_modules')) bytes += bytesOf(path, false);
    } else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}
