/**
 * @file The repository's address has one place, `repository.url` of the root's package.json. `npm run release:address`
 * writes it into the packages' manifests and into the links of their READMEs, which a registry shows
 * without the files around them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manifestOf } from '../pack/tarballs.mjs';
import { ROOT } from '../steps.mjs';

/** Address at which a page of the repository is read. @param {string} url `repository.url` */
export function pagesOf(url) {
  return `${url.replace(/^git\+/, '').replace(/\.git$/, '')}/blob/main/`;
}

/**
 * Rewrites the links of a package's README to files of the repository.
 *
 * @param {string} text Markdown
 * @param {{ from: string, to: string }} urls `repository.url` before and after
 */
export function withAddress(text, { from, to }) {
  return text
    .replaceAll('](../../', `](${pagesOf(to)}`)
    .replaceAll(`](${pagesOf(from)}`, `](${pagesOf(to)}`);
}

/** Writes the address into every package. */
function writeAddresses() {
  const { repository } = manifestOf(ROOT);
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    const folder = join(ROOT, 'packages', name);
    const manifest = manifestOf(folder);
    const own = { ...repository, directory: `packages/${name}` };
    const urls = { from: manifest.repository.url, to: repository.url };
    const path = join(folder, 'package.json');
    writeFileSync(path, `${JSON.stringify({ ...manifest, repository: own }, null, 2)}\n`);
    const readme = join(folder, 'README.md');
    writeFileSync(readme, withAddress(readFileSync(readme, 'utf8'), urls));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeAddresses();
