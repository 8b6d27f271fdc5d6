/**
 * @file The set-up behind `npm run demo`, `npm test` and `npm run setup`: installs, builds,
 * provisions the engine. Needs nothing but Node; what is done already is left out.
 */
import { join } from 'node:path';
import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { digestOf, filesBelow, hasStamp, writeStamp } from './stamps.mjs';
import { ROOT, runCommand, step, StepError } from './steps.mjs';

const MODULES = join(ROOT, 'node_modules');
const NPM_CLI = process.env.npm_execpath;

/** Nx: no daemon that outlives us, no cloud, no questions. */
export const NX_ENVIRONMENT = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
};

/** Nx's command: a link to its script. */
export const NX = join(MODULES, '.bin', 'nx');

/** @param {{ gpu?: boolean }} [options] @throws {StepError} */
export async function bootstrap({ gpu = false } = {}) {
  checkNode();
  await install();
  await build();
  await provision(gpu);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StepError(
    `Node.js ${process.versions.node} is too old; expected 20.19 or newer; install it from https://nodejs.org`,
  );
}

async function install() {
  const stamp = join(MODULES, '.omnict-install');
  const lock = digestOf([join(ROOT, 'package-lock.json')]);
  if (hasStamp(stamp, lock)) return;
  await step('installing packages', async () => {
    const args = ['ci', '--no-audit', '--no-fund'];
    const [command, ...first] = NPM_CLI ? [process.execPath, NPM_CLI] : ['npm'];
    await runCommand(command, [...first, ...args], { timeoutSeconds: 900 });
  });
  writeStamp(stamp, lock);
}

/** The JavaScript of all packages; `npm run build` makes their type declarations as well. */
async function build() {
  const stamp = join(MODULES, '.omnict-build');
  const packages = join(ROOT, 'packages');
  const skipped = new Set(['node_modules', 'dist', 'test', 'test-results.json']);
  const sources = [
    ...filesBelow(packages, skipped),
    ...['package-lock.json', 'tsconfig.base.json', 'tsup.base.ts'].map((name) => join(ROOT, name)),
  ];
  const digest = digestOf(sources, { byContent: false });
  const isBuilt = readdirSync(packages).every((name) =>
    existsSync(join(packages, name, 'dist', 'index.js')),
  );
  if (isBuilt && hasStamp(stamp, digest)) return;
  await step('building', () =>
    runCommand(process.execPath, [NX, 'run-many', '-t', 'bundle', '--outputStyle=static'], {
      env: NX_ENVIRONMENT,
      timeoutSeconds: 900,
    }),
  );
  writeStamp(stamp, digest);
}

/** What `omnict setup` does in an installed copy; never fails, since WebAssembly takes its place. */
async function provision(gpu) {
  if (process.env.OMNICT_TENSORFLOW === 'off') return;
  const { provisionTensorFlow } = await import('../packages/nn/dist/index.js');
  try {
    await provisionTensorFlow({ gpu, onStep: (text) => process.stderr.write(`${text} ...\n`) });
  } catch (error) {
    const [reason] = String(error?.message ?? error).split('\n');
    process.stderr.write(
      `TensorFlow is not available (${reason}).\n` +
        'OmniCT runs on WebAssembly instead: the same results, several times slower.\n' +
        "Needed: Linux x64, python3 with pip, g++. 'npm run setup' tries again.\n",
    );
  }
}

/** Runs an async main; a failed step ends the process with its message. @param {() => Promise<number>} main */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`error: ${error instanceof StepError ? error.message : error?.stack}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    await bootstrap({ gpu: process.argv.includes('--gpu') });
    process.stderr.write('ready: npx omnict --help\n');
    return 0;
  });
}
