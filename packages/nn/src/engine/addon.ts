import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The two packages with an addon for TensorFlow's C library. */
export type AddonPackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/** The N-API version tfjs-node 4 is built for; newer Node versions load it as well. */
const N_API_VERSION = 8;

/** Folder of an installed package, as this package finds it. */
export function findPackage(name: AddonPackage): string | undefined {
  const require = createRequire(import.meta.url);
  // Looked for by hand: Node would remember that a package was missing.
  return require.resolve
    .paths(name)
    ?.map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

/** Where a package looks for its addon: by the N-API version it was made for. */
export function addonFile(packageFolder: string): string {
  return join(packageFolder, 'lib', `napi-v${N_API_VERSION}`, 'tfjs_binding.node');
}

/** Whether the addon of a package is compiled. */
export function hasAddon(name: AddonPackage): boolean {
  const folder = findPackage(name);
  return folder !== undefined && existsSync(addonFile(folder));
}
