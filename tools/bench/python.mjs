/** @file A virtual environment for each set of pinned requirements, kept in the user's cache. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../cache-folder.mjs';
import { hasStamp, writeStamp } from '../stamps.mjs';
import { runCommand, step } from '../steps.mjs';

/** Index of PyTorch's builds without CUDA: a tenth of the size of the ones on PyPI. */
const TORCH_CPU = 'https://download.pytorch.org/whl/cpu';

/**
 * Makes a virtual environment with the packages of a requirements file, or returns the one that is there.
 *
 * @param {string} requirements a file whose packages are pinned
 * @param {{ cuda?: boolean }} [options] whether PyTorch is the build for CUDA
 * @returns {Promise<string>} its folder
 * @throws {import('../steps.mjs').StepError} with pip's last lines
 */
export async function pythonWith(requirements, { cuda = false } = {}) {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const name = `${basename(requirements, '.txt')}${cuda ? '-cuda' : ''}-${digest.slice(0, 12)}`;
  const folder = join(cacheFolder(), 'benchmarks', name);
  const stamp = join(folder, 'requirements.sha256');
  if (hasStamp(stamp, digest)) return folder;
  await step(`installing ${basename(requirements)} for Python into ${folder}`, async () => {
    rmSync(folder, { recursive: true, force: true });
    await runCommand('python3', ['-m', 'venv', folder], { timeoutSeconds: 900 });
    await runCommand(
      join(folder, 'bin', 'python'),
      [
        ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-compile'],
        ...(cuda ? [] : cpuIndex()),
        ...['-r', requirements],
      ],
      { timeoutSeconds: 1800 },
    );
  });
  writeStamp(stamp, digest);
  return folder;
}

/** PyTorch's index of builds for the processor besides PyPI, unless the user's own settings say where wheels come from. */
function cpuIndex() {
  const { PIP_FIND_LINKS, PIP_INDEX_URL, PIP_EXTRA_INDEX_URL } = process.env;
  const isSet = [PIP_FIND_LINKS, PIP_INDEX_URL, PIP_EXTRA_INDEX_URL].some(Boolean);
  return isSet ? [] : ['--extra-index-url', TORCH_CPU];
}
