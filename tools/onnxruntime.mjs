/**
 * @file The optional engine for published checkpoints. Its some 290 MB are no dependency of the workspace:
 * only its tests and benchmarks need it, and they get it from the user's cache.
 */
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.mjs';
import { ROOT, runCommand, step, StepError } from './steps.mjs';

const PACKAGE = 'onnxruntime-node';
const VERSION = '1.30.0';

/** Installs the package into the cache and links it into `node_modules`; without a network, says so. */
export async function linkOnnxRuntime() {
  const link = join(ROOT, 'node_modules', PACKAGE);
  if (existsSync(link)) return;
  const folder = join(cacheFolder(), `onnxruntime-${VERSION}`);
  const target = join(folder, 'node_modules', PACKAGE);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  try {
    if (!existsSync(join(folder, 'package-lock.json'))) {
      await step(`installing ${PACKAGE}`, () =>
        runCommand('npm', [...args, `${PACKAGE}@${VERSION}`], { timeoutSeconds: 900 }),
      );
    }
    rmSync(link, { force: true }); // one that leads nowhere
    symlinkSync(target, link);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`${PACKAGE} is not available: its tests are skipped. ${error.message}\n`);
  }
}
