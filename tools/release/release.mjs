/**
 * @file `npm run release -- --registry URL [--tag NAME] [--dry-run]`: builds, packs, lints and publishes all
 * public packages in the order in which they need each other. What the registry has already is left out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runMain } from '../bootstrap.mjs';
import { lintPacked, packAll } from '../pack/tarballs.mjs';
import { runCommand, step, StepError } from '../steps.mjs';
import { audit } from './audit.mjs';
import { publishAll } from './publish.mjs';

const USAGE = 'npm run release -- --registry URL [--tag NAME] [--dry-run]';
const BUILD_SECONDS = 1800;

/** @throws {StepError} when the command line is not what `USAGE` says */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        registry: { type: 'string' },
        tag: { type: 'string', default: 'latest' },
        'dry-run': { type: 'boolean', default: false },
      },
    });
    if (values.registry === undefined) throw new TypeError('--registry is missing');
    if (!/^https?:$/.test(new URL(values.registry).protocol)) {
      throw new TypeError(`--registry ${values.registry}: expected an http or https address`);
    }
    return { registry: values.registry, tag: values.tag, dryRun: values['dry-run'] };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StepError(`${error.message}\nusage: ${USAGE}`);
  }
}

/** What is published must be what is committed. */
async function checkClean() {
  const changes = await runCommand('git', ['status', '--porcelain'], { timeoutSeconds: 60 });
  if (changes === '') return;
  throw new StepError(`uncommitted changes; commit them first, or try with --dry-run\n${changes}`);
}

await runMain(async () => {
  const options = readOptions();
  if (!options.dryRun) await checkClean();
  await step('building', () =>
    runCommand('npm', ['run', 'build'], { timeoutSeconds: BUILD_SECONDS }),
  );
  const advisories = audit();
  if (!advisories.asked) console.log(`advisories: NOT CHECKED: ${advisories.reason}`);
  else if (advisories.serious.length > 0) {
    throw new StepError(`nothing is published:\n${advisories.serious.join('\n')}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'omnict-release-'));
  try {
    const packed = await step('packing', async () => packAll(folder));
    const wrong = (await Promise.all(packed.map((item) => lintPacked(item)))).flat();
    if (wrong.length > 0) throw new StepError(`nothing is published:\n${wrong.join('\n')}`);
    const { published, present } = await publishAll(packed, options);
    const verb = options.dryRun ? 'would be published' : 'published';
    console.log(`${published.length} ${verb}, ${present.length} were there already`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
});
