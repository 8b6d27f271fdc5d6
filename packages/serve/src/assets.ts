import type { Hono } from 'hono';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiError } from './api-error';

/** Files of the page, and what they are: nothing else is ever read for a client. */
const ASSETS: Readonly<Record<string, [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

/** Folder of the built page: beside this file when built, in `dist` when run from source. */
export const PAGE_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'page');

/** Adds the page itself. */
export function addAssets(app: Hono, folder: string): void {
  for (const [path, [file, type]] of Object.entries(ASSETS)) {
    app.get(path, async (c) => {
      const content = await readFile(join(folder, file)).catch(() => {
        throw new ApiError(404, "the page is not built; run 'npm run build' in packages/serve", {
          code: 'not_found',
        });
      });
      return c.body(new Uint8Array(content), 200, { 'Content-Type': type });
    });
  }
}
