/** @file An empty project outside of the workspace, as a user has one, with the tarballs installed. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, StepError } from '../steps.mjs';
import { manifestOf } from './tarballs.mjs';

/** What npm tells the scripts it runs about this repository; a user's shell has none of it. */
const OF_THIS_REPOSITORY =
  /^(npm_(config_(ignore_scripts|local_prefix|prefix|workspaces?)|package_.*|lifecycle_.*)|INIT_CWD|NODE_PATH|OMNICT_.*)$/i;

const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !OF_THIS_REPOSITORY.test(name)),
);

/**
 * Runs a command in a project.
 *
 * @param {string} project @param {string} command @param {readonly string[]} args
 * @returns {string} standard output
 * @throws {StepError} with what it printed, when it fails
 */
function runIn(project, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: project,
    env: ENVIRONMENT,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (status === 0) return stdout;
  throw new StepError(
    `${[command, ...args].join(' ')}: ended with ${status ?? error?.message}\n${stdout}${stderr}`,
  );
}

/**
 * Makes a project and installs the tarballs with npm.
 *
 * @param {string} project folder to make
 * @param {{ name: string, tarball: string }[]} packed
 */
export function installProject(project, packed) {
  mkdirSync(project, { recursive: true });
  const { devDependencies } = manifestOf(ROOT);
  const manifest = {
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`])),
    devDependencies: { '@types/node': devDependencies['@types/node'] },
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2));
  runIn(project, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund']);
}

/**
 * Makes a project and installs one package from a registry.
 *
 * @param {string} project folder to make @param {string} name @param {string} npmrc npm's settings, the registry among them
 */
export function installFromRegistry(project, name, npmrc) {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true }));
  copyFileSync(npmrc, join(project, '.npmrc'));
  runIn(project, 'npm', ['install', name, '--no-audit', '--no-fund']);
}

/** @param {string} project @returns {string} what the installed `omnict` says its version is */
export function installedVersion(project) {
  return runIn(project, 'npx', ['omnict', '--version']).trim();
}

/**
 * Checks types with the workspace's compiler.
 *
 * @param {string} project @param {string} config path of a tsconfig
 */
export function checkTypes(project, config) {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  runIn(project, process.execPath, [compiler, '--project', config]);
}

/** Does what the README's first lines say: copies a recipe and runs it, on a handful of phantoms. */
export function runRecipe(project) {
  runIn(project, 'npx', ['omnict', 'recipe', 'cp', 'quickstart', 'my']);
  const counts = ['train.slices=4', 'train.volumes=2', 'test.slices=1', 'test.volumes=1'];
  const output = runIn(project, 'npx', [
    'omnict',
    'run',
    'my/quickstart.yaml',
    '~sweep.matrix',
    '~sweep.baseline',
    '~sweep.include',
    ...counts.map((count) => `config.data.phantom.${count}`),
    'config.data.phantom.questionsPerVolume=1',
    'config.data.phantom.questionsPerSlice=1',
    'config.train.finetune.epochs=1',
    'config.predict.maxNewTokens=4',
    '--json',
  ]);
  const { complete, models } = JSON.parse(output);
  if (complete !== true || models.length !== 1) {
    throw new StepError(`omnict run: expected one complete trial\n${output}`);
  }
}
