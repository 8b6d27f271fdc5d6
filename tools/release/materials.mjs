/**
 * @file Writes what a release hands over beside its packages: `sbom.cdx.json`, a software bill of materials
 * in CycloneDX of all that an installation may bring, and `THIRD-PARTY-NOTICES.txt`, their licences. Made from
 * the lock file: `npm sbom --omit dev` leaves out packages that development needs as well, such as yaml.
 *
 *     node tools/release/materials.mjs FOLDER
 */
import { Buffer } from 'node:buffer';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = 'node_modules/';

/** Files that hold a licence, or what it asks to pass on. */
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** Third-party packages of the lock file, without what only development needs, by name and version. */
function thirdParty() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const entries = Object.entries(packages).filter(
    ([folder, entry]) => folder.includes(FOLDER) && !entry.dev && !entry.link,
  );
  const found = entries.map(([folder, entry]) => {
    const name = entry.name ?? folder.slice(folder.lastIndexOf(FOLDER) + FOLDER.length);
    return [`${name}@${entry.version}`, { name, folder, ...entry }];
  });
  return [...new Map(found.sort(([a], [b]) => (a < b ? -1 : 1))).values()];
}

/** Bill of materials in CycloneDX 1.5, the same for the same lock file. */
export function billOfMaterials() {
  const components = thirdParty().map(({ name, version, license, integrity }) => ({
    type: 'library',
    'bom-ref': `${name}@${version}`,
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: license === undefined ? [] : [{ expression: license }],
    hashes: hashesOf(integrity),
  }));
  return { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components };
}

/** Checksums of a package's archive, as the lock file has them in base64. */
function hashesOf(integrity) {
  const [, content] = /^sha512-([^ ]+)/.exec(integrity ?? '') ?? [];
  if (content === undefined) return [];
  return [{ alg: 'SHA-512', content: Buffer.from(content, 'base64').toString('hex') }];
}

/** Licences of third parties, as they lie in `node_modules`; others, of other platforms, by name alone. */
export function thirdPartyNotices() {
  const parts = thirdParty().map(({ name, version, license, folder }) =>
    `${name}@${version} (${license ?? 'no licence named'})\n\n${licenceText(join(ROOT, folder))}`.trimEnd(),
  );
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licenceText(folder) {
  let names = [];
  try {
    names = readdirSync(folder).filter((name) => LICENCE_FILE.test(name));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // of another platform
  }
  return names.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: node tools/release/materials.mjs FOLDER');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices());
}
