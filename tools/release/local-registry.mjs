/**
 * @file A registry of this machine for trying a release: Verdaccio, on a free port of the loopback, gone when it is
 * stopped. Its some 60 MB are no dependency of the workspace; they come into the user's cache when first wanted.
 *
 *     node tools/release/local-registry.mjs [FOLDER]     fetches it; serves until it is ended, and prints the address
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../cache-folder.mjs';
import { runCommand, step, StepError } from '../steps.mjs';

/** Later ones need Node 22. */
const VERSION = '6.8.0';

/** Verdaccio's own choice cannot be had from every registry. */
const OVERRIDES = { 'node-fetch': '2.7.0' };

const HOME = join(cacheFolder(), `verdaccio-${VERSION}`);

/** Whether Verdaccio lies in the cache. */
export const isVerdaccioInstalled = () => existsSync(join(HOME, 'package-lock.json'));

/** @throws {StepError} when it cannot be had */
async function installVerdaccio() {
  if (isVerdaccioInstalled()) return;
  const partial = `${HOME}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  const manifest = { private: true, dependencies: { verdaccio: VERSION }, overrides: OVERRIDES };
  writeFileSync(join(partial, 'package.json'), JSON.stringify(manifest));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', partial];
  await step('installing verdaccio', () =>
    runCommand('npm', args, { cwd: partial, timeoutSeconds: 300 }),
  );
  rmSync(HOME, { recursive: true, force: true });
  renameSync(partial, HOME);
}

/**
 * Starts an empty registry; what it lacks, it takes from npm's registry of this machine.
 *
 * @param {string} folder where it keeps its packages and `npmrc`, the settings with which npm may publish
 * @returns {Promise<{ url: string, npmrc: string, stop: () => Promise<void> }>}
 * @throws {StepError} when Verdaccio cannot be had
 */
export async function startLocalRegistry(folder) {
  await installVerdaccio();
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: url, done } = await lines.next();
  if (done) throw new StepError('verdaccio ended before it had an address');
  // npm publishes with a token only; this registry takes everyone for anyone.
  const npmrc = join(folder, 'npmrc');
  const settings = [`registry=${url}`, `${url.replace('http:', '')}:_authToken=anyone`];
  const quiet = ['update-notifier', 'audit', 'fund'].map((name) => `${name}=false`);
  writeFileSync(npmrc, `${[...settings, ...quiet].join('\n')}\n`);
  const stop = async () => {
    child.kill();
    await closed;
  };
  return { url, npmrc, stop };
}

/** Serves until the process is ended. @param {string} folder */
async function serve(folder) {
  const require = createRequire(join(HOME, 'package.json'));
  const { runServer } = require('verdaccio');
  const upstream = await runCommand('npm', ['config', 'get', 'registry'], { timeoutSeconds: 60 });
  const anyone = { access: '$all', publish: '$all', unpublish: '$all' };
  const server = await runServer({
    configPath: join(folder, 'config.yaml'),
    storage: join(folder, 'storage'),
    uplinks: { npm: { url: upstream.trim() } },
    packages: {
      omnict: anyone,
      '@omnict/*': anyone,
      '**': { access: '$all', proxy: 'npm' },
    },
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    max_body_size: '100mb',
    web: { enable: false },
    log: { type: 'file', path: join(folder, 'verdaccio.log'), level: 'warn' },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  await installVerdaccio();
  if (folder !== undefined) await serve(resolve(folder));
}
