/**
 * @file `npm run release:check`: publishes the built packages to a registry of this machine, installs `omnict`
 * from there into an empty project, and runs a command. Takes minutes: all that `omnict` needs is fetched once more.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain } from '../bootstrap.mjs';
import { installedVersion, installFromRegistry } from '../pack/project.mjs';
import { manifestOf, packAll } from '../pack/tarballs.mjs';
import { ROOT, step, StepError } from '../steps.mjs';
import { startLocalRegistry } from './local-registry.mjs';
import { publishAll } from './publish.mjs';

await runMain(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-release-'));
  const registry = await startLocalRegistry(join(folder, 'registry'));
  try {
    const packed = await step('packing', async () => packAll(folder));
    const { version } = manifestOf(join(ROOT, 'packages', 'cli'));
    const env = { ...process.env, NPM_CONFIG_USERCONFIG: registry.npmrc };
    await publishAll(packed, { registry: registry.url, env });
    const project = join(folder, 'project');
    await step('installing omnict', async () =>
      installFromRegistry(project, 'omnict', registry.npmrc),
    );
    const printed = installedVersion(project);
    if (printed !== version) {
      throw new StepError(`omnict --version printed ${printed}; expected ${version}`);
    }
    console.log(`omnict ${printed} installed from ${registry.url} and run`);
  } finally {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
});
