import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runStep } from './run-step';
import { LIBRARIES } from './tensorflow-library';

/**
 * Compiles the N-API addon of a package of tfjs-node against a library, or takes it from the cache.
 *
 * @param packageFolder folder of the package, with the addon's sources in `binding`
 * @param library folder of TensorFlow's libraries and headers
 * @param addon file to write
 * @throws UnsupportedError without g++
 */
export async function compileAddon(
  packageFolder: string,
  library: string,
  addon: string,
): Promise<void> {
  const sources = await sourcesOf(join(packageFolder, 'binding'));
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(source));
  const name = `tfjs-addon-${hash.digest('hex').slice(0, 16)}.node`;
  const built = join(dirname(library), name);
  if (!existsSync(built)) {
    const partial = `${built}.${process.pid}.partial`;
    await runStep(
      'g++',
      [
        '-std=c++17',
        '-O2',
        '-shared',
        '-fPIC',
        '-DNAPI_VERSION=8',
        '-I',
        join(headersFolder(), 'include'),
        '-I',
        join(library, 'include'),
        ...sources,
        '-o',
        partial,
        '-L',
        library,
        ...LIBRARIES.map((file) => `-l:${file}`),
        `-Wl,-rpath,${library}`,
      ],
      { timeoutSeconds: 600 },
    );
    await rename(partial, built);
  }
  await mkdir(dirname(addon), { recursive: true });
  const partial = `${addon}.${process.pid}.partial`;
  await copyFile(built, partial);
  await rename(partial, addon);
}

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.cc'))
    .sort()
    .map((name) => join(folder, name));
}

/** Node's own headers, which need not be installed beside Node. */
function headersFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
}
