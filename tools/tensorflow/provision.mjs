/**
 * @file Makes TensorFlow's native engine available to `@tensorflow/tfjs-node`: fetches the library
 * inside PyPI's wheel and compiles the package's N-API addon against it. Without it OmniCT runs on
 * WebAssembly. See docs/decisions/0003-tensorflow.md.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
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
  cpu: { addon: 'tfjs-node', wheel: 'tensorflow-cpu' },
  gpu: { addon: 'tfjs-node-gpu', wheel: 'tensorflow' },
};

/** The library does not depend on Python's version: any wheel for this platform will do. */
const WHEEL_TAGS = [
  '--only-binary=:all:',
  '--python-version=3.11',
  '--implementation=cp',
  '--abi=cp311',
  '--platform=manylinux_2_27_x86_64',
  '--platform=manylinux2014_x86_64',
];

const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** What is unpacked: the libraries, and headers for compiling. */
const UNPACK = `
import sys, zipfile
wheel, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith("tensorflow/include/") or name in (${LIBRARIES.map((name) => `"tensorflow/${name}"`).join(', ')}):
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
 * @param {{ gpu?: boolean }} [options] `gpu`: the CUDA library, about 600 MB; needs CUDA on the machine
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

/** @param {{ addon: string, wheel: string }} variant @param {string} packageFolder @param {string} addon */
async function make(variant, packageFolder, addon) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new StepError(`no recipe for ${process.platform} ${process.arch}`);
  }
  const library = await fetchLibrary(variant.wheel);
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

/** @param {string} wheel @returns folder with libraries and headers */
async function fetchLibrary(wheel) {
  const folder = join(cacheFolder(), `${wheel}-${TENSORFLOW_VERSION}`);
  const library = join(folder, 'tensorflow');
  if (LIBRARIES.every((name) => existsSync(join(library, name)))) return library;
  // Made aside and renamed: a killed or second provisioning never leaves half a library.
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    const download = join(partial, 'download');
    await runCommand(
      'python3',
      ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', ...WHEEL_TAGS].concat(
        '-d',
        download,
        `${wheel}==${TENSORFLOW_VERSION}`,
      ),
      { timeoutSeconds: 900 },
    );
    const [file] = readdirSync(download);
    await runCommand('python3', ['-c', UNPACK, join(download, file), partial], {
      timeoutSeconds: 300,
    });
    rmSync(download, { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return library;
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
