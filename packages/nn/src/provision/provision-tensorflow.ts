/**
 * @file Makes TensorFlow's native engine available to `@tensorflow/tfjs-node`: fetches the library
 * inside PyPI's wheel and compiles the package's N-API addon against it. Without it OmniCT runs on
 * WebAssembly. See docs/decisions/0003-tensorflow.md.
 */
import { MissingDataError, UnsupportedError } from '@omnict/core';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AddonPackage, addonFile, findPackage } from '../engine/addon';
import { compileAddon } from './compile-addon';
import { runStep } from './run-step';
import { fetchTensorFlow, type Wheel } from './tensorflow-library';

/** Version of tfjs that all packages are made for. */
const TFJS_VERSION = '4.22.0';

const VARIANTS: Readonly<Record<'cpu' | 'gpu', { addon: AddonPackage; wheel: Wheel }>> = {
  cpu: { addon: '@tensorflow/tfjs-node', wheel: { name: 'tensorflow-cpu' } },
  gpu: {
    addon: '@tensorflow/tfjs-node-gpu',
    wheel: { name: 'tensorflow', extra: 'and-cuda' },
  },
};

/** Loads the addon and multiplies two matrices, in a process that may crash. */
const SMOKE_TEST = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const product = tf.matMul(tf.eye(2), tf.tensor2d([1, 2, 3, 4], [2, 2])).dataSync();
if (product.join() !== '1,2,3,4') throw new Error('wrong product ' + product.join());
process.stdout.write('TensorFlow ' + tf.backend().binding.TF_Version);
`;

/** What to provision, and who hears of it. */
export interface ProvisionOptions {
  /** The library for CUDA with CUDA itself, about 3 GB; needs NVIDIA's driver. */
  gpu?: boolean;
  /** Told when a step that takes time begins. */
  onStep?: (text: string) => void;
}

/**
 * Provisions the native engine: installs its npm package where it is missing, fetches the library,
 * compiles the addon, and multiplies two matrices with it. What is there already is left alone.
 *
 * @returns what is there now, for instance `TensorFlow 2.21.0`
 * @throws UnsupportedError where it cannot be had: not Linux x64, no python3 with pip, no g++
 * @throws MissingDataError when the package cannot be installed here
 */
export async function provisionTensorFlow({
  gpu = false,
  onStep = () => {},
}: ProvisionOptions = {}): Promise<string> {
  const { addon: name, wheel } = gpu ? VARIANTS.gpu : VARIANTS.cpu;
  const platform = `${process.platform} ${process.arch}`;
  if (platform !== 'linux x64') {
    throw new UnsupportedError(
      `provisionTensorFlow: no recipe for ${platform}; expected linux x64; WebAssembly works here`,
    );
  }
  const folder = findPackage(name) ?? (await installPackage(name, onStep));
  const addon = addonFile(folder);
  const tested = `${addon}.tested`;
  if (!existsSync(addon)) {
    onStep('fetching TensorFlow');
    const library = await fetchTensorFlow(wheel);
    onStep('compiling its addon for Node.js');
    await compileAddon(folder, library, addon);
  } else if (existsSync(tested)) {
    const [stamp, version = ''] = readFileSync(tested, 'utf8').split('\n');
    if (stamp === stampOf(addon)) return version;
  }
  const version = await runStep(process.execPath, ['-e', SMOKE_TEST, folder], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    timeoutSeconds: 120,
  });
  await writeFile(tested, `${stampOf(addon)}\n${version}`);
  return version;
}

/** Which file was tested: another one has another size or time. */
function stampOf(addon: string): string {
  const { size, mtimeMs } = statSync(addon);
  return `${size} ${mtimeMs}`;
}

/** Installs the package into the project that holds this one, with the project's package manager. */
async function installPackage(name: AddonPackage, onStep: (text: string) => void): Promise<string> {
  const [project = ''] = fileURLToPath(import.meta.url).split('/node_modules/');
  const wanted = `${name}@${TFJS_VERSION}`;
  if (!existsSync(join(project, 'package.json'))) {
    throw new MissingDataError(
      `${name}: is not installed, and ${project} is no project; expected a package.json there; install omnict into a project, then run 'npx omnict setup'`,
    );
  }
  // Its own script downloads an old library from a host that may be unreachable.
  const [command, ...args] = existsSync(join(project, 'pnpm-lock.yaml'))
    ? ['pnpm', 'add', '--save-exact', '--ignore-scripts', wanted]
    : ['npm', 'install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', wanted];
  onStep(`installing ${wanted} into ${project}`);
  await runStep(command as string, args, { cwd: project, timeoutSeconds: 900 });
  const folder = findPackage(name);
  if (folder !== undefined) return folder;
  throw new MissingDataError(
    `${name}: was installed into ${project}, but is not found from ${import.meta.url}; install it beside @omnict/nn`,
  );
}
