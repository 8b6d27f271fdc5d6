/**
 * @file `npm run pack:check`: packs every package, lints the tarballs, installs them into an empty
 * project outside of the workspace, type-checks the READMEs there, and runs a recipe. Needs the build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain } from '../bootstrap.mjs';
import { step, StepError } from '../steps.mjs';
import { footprints } from './footprint.mjs';
import { checkTypes, installProject, runRecipe } from './project.mjs';
import { writeBlocks } from './readme-blocks.mjs';
import { lintPacked, packAll } from './tarballs.mjs';

/** Most that a package may take with all that it depends on, in MB. */
const LARGEST_MB = {
  '@omnict/tracking': 40,
  '@omnict/chat': 40,
  '@omnict/eval': 40,
  '@omnict/io': 150,
};

await runMain(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-pack-'));
  const project = join(folder, 'project');
  const wrong = [];
  /** Goes on after a failure: one run tells all that is wrong. */
  const check = async (name, work) => {
    try {
      await step(name, work);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      wrong.push(error.message);
    }
  };
  try {
    const packed = await step('packing', async () => packAll(folder));
    for (const { name, bytes } of packed) {
      console.log(`${name.padEnd(20)} ${(bytes / 1e6).toFixed(2)} MB packed`);
    }
    await step('linting tarballs', async () => {
      for (const item of packed) wrong.push(...(await lintPacked(item)));
    });
    await step('installing', async () => installProject(project, packed));
    const names = packed.map(({ name }) => name);
    for (const [name, bytes] of footprints(project, names)) {
      const [size, limit] = [bytes / 1e6, LARGEST_MB[name] ?? Infinity];
      console.log(`${name.padEnd(20)} ${size.toFixed(0)} MB installed`);
      if (size > limit) wrong.push(`${name}: ${size.toFixed(0)} MB installed; expected ${limit}`);
    }
    const { configs, count } = writeBlocks(project, packed);
    console.log(`${count} programs in READMEs`);
    for (const config of configs) {
      await check(`checking types, ${config.split('.').at(-2)}`, async () =>
        checkTypes(project, config),
      );
    }
    await check('running a recipe', async () => runRecipe(project));
  } finally {
    if (process.env.OMNICT_KEEP !== '1') rmSync(folder, { recursive: true, force: true });
    else console.log(`kept ${folder}`);
  }
  for (const text of wrong) console.error(`FAILED ${text}`);
  return wrong.length === 0 ? 0 : 1;
});
