/**
 * @file The second half of `npm run build`: one type declaration file for each package. TypeScript checks
 * and emits the whole workspace once, where a program for each package would check its siblings again.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { runMain } from './bootstrap.mjs';
import { ROOT, runInTerminal, step } from './steps.mjs';

/** All but `serve`, whose code also knows the browser's types; and that. */
const PROJECTS = ['.', 'packages/serve'];

/** Where TypeScript leaves the declarations of single files: `outDir` of these projects. */
const EMITTED = join(ROOT, '.types');

await runMain(async () => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const project of PROJECTS) {
    const code = await runInTerminal(process.execPath, [tsc, '-p', join(ROOT, project)]);
    if (code !== 0) return code;
  }
  await step('bundling declarations', async () => {
    for (const folder of readdirSync(join(ROOT, 'packages')))
      await bundle(join('packages', folder));
  });
  return 0;
});

/** Writes what a package exports into one file, siblings left outside. @param {string} folder */
async function bundle(folder) {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  const { types } = manifest.exports['.'];
  const input = join(EMITTED, folder, 'src', 'index.d.ts');
  if (!existsSync(input)) throw new Error(`${folder}: tsc emitted no ${input}`);
  const build = await rollup({
    input,
    plugins: [dts({ compilerOptions: { customConditions: [], paths: {} } })],
    external: (id) => !id.startsWith('.') && !id.startsWith(ROOT),
  });
  await build.write({ file: join(ROOT, folder, types), format: 'es' });
  await build.close();
}
