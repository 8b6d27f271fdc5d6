/** @file Packs every package as `npm publish` would, and lints what came out. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { ROOT, StepError } from '../steps.mjs';

/**
 * A packed package.
 *
 * @typedef {{ name: string, folder: string, tarball: string, files: string[], bytes: number }} Packed
 */

/** Resolutions that no package supports: all are ES modules with an `exports` map. */
const NOT_SUPPORTED = new Set(['node10', 'node16-cjs']);

/** Folders of the packages, those of the workspace's tools left out. */
function packageFolders() {
  const packages = join(ROOT, 'packages');
  return readdirSync(packages)
    .map((name) => join(packages, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .filter((folder) => manifestOf(folder).private !== true);
}

/** @param {string} folder @returns {Record<string, any>} its package.json */
export function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * Packs all packages; their builds must be there.
 *
 * @param {string} target folder of the tarballs
 * @returns {Packed[]}
 * @throws {StepError} naming the packages that are not built
 */
export function packAll(target) {
  const folders = packageFolders();
  const missing = folders.filter((folder) => !existsSync(join(folder, 'dist', 'index.d.ts')));
  if (missing.length > 0) {
    throw new StepError(`${missing.join(', ')}: not built; run 'npm run build'`);
  }
  const workspaces = folders.map((folder) => `--workspace=${manifestOf(folder).name}`);
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${target}`];
  const output = execFileSync('npm', [...args, ...workspaces], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 2 ** 20,
  });
  // A list up to npm 10, an object by name since.
  const packed = Object.values(JSON.parse(output));
  return packed.map(({ name, filename, files, size }) => ({
    name,
    folder: folders.find((folder) => manifestOf(folder).name === name) ?? '',
    tarball: join(target, filename.split('/').at(-1)),
    files: files.map(({ path }) => path),
    bytes: size,
  }));
}

/**
 * Lints a packed package with publint and arethetypeswrong, and looks for what must (not) be in it.
 *
 * @param {Packed} packed
 * @returns {Promise<string[]>} what is wrong
 */
export async function lintPacked({ name, folder, tarball, files }) {
  const data = readFileSync(tarball);
  const wanted = ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts'];
  const lacking = wanted.filter((file) => !files.includes(file)).map((file) => `lacks ${file}`);
  const extra = files.filter((file) => /\.map$|\.test\.|^src\//.test(file));
  const { messages } = await publint({
    pack: { tarball: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) },
    strict: true,
  });
  const said = messages.map((message) => formatMessage(message, manifestOf(folder)) ?? '');
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
  const problems = types.types === false ? [{ kind: 'no types' }] : types.problems;
  const wrong = problems.filter(({ resolutionKind }) => !NOT_SUPPORTED.has(resolutionKind));
  return [
    ...lacking,
    ...extra.map((file) => `holds ${file}`),
    ...said.map((text) => `publint: ${text}`),
    ...wrong.map((problem) => `arethetypeswrong: ${JSON.stringify(problem)}`),
  ].map((text) => `${name}: ${text}`);
}
