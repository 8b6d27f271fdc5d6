/** @file Bundles the page: one script with the viewer in it, one style, one document. */
import { build } from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), 'page');

/**
 * Builds the page into a folder.
 *
 * @param {string} out
 */
export async function buildPage(out) {
  await mkdir(out, { recursive: true });
  await build({
    entryPoints: [join(PAGE, 'page.ts')],
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'eof', // the viewer's licence stays with it
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'page.css']) await copyFile(join(PAGE, file), join(out, file));
}
