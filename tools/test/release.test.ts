import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withAddress } from '../release/address.mjs';
import { readAudit } from '../release/audit.mjs';
import { isVerdaccioInstalled, startLocalRegistry } from '../release/local-registry.mjs';
import { billOfMaterials, thirdPartyNotices } from '../release/materials.mjs';
import { inPublishingOrder, publishAll } from '../release/publish.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  dependencies?: Record<string, string>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'omnict-release-test-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a release has a bill of materials and the licences of all that it brings', () => {
  const { components } = billOfMaterials();
  const names = components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['yaml', 'ajv', 'sharp', '@sinclair/typebox']));
  for (const name of ['vitest', 'prettier', '@omnict/core']) expect(names).not.toContain(name);
  for (const { name, licenses, hashes, purl } of components) {
    expect(licenses, name).toHaveLength(1);
    expect(hashes[0]?.content, name).toMatch(/^[0-9a-f]{128}$/);
    expect(purl).toMatch(/^pkg:npm\/(?:%40[\w.-]+\/)?[\w.-]+@\d/);
  }
  const notices = thirdPartyNotices();
  expect(notices).toMatch(/^yaml@\d[\d.]* \(ISC\)$/m);
  expect(notices).toContain('Copyright Eemeli Aro');
});

describe('the order of publishing', () => {
  it('has each package after those it needs', () => {
    const items = readdirSync(join(ROOT, 'packages')).map((name) => {
      const manifest = readManifest(join(ROOT, 'packages', name));
      return { name: manifest.name, manifest };
    });
    const sorted = inPublishingOrder(items).map(({ name }) => name);
    expect([...sorted].sort()).toEqual(items.map(({ name }) => name).sort());
    for (const { name, manifest } of items) {
      const needed = Object.keys(manifest.dependencies ?? {}).filter((key) => sorted.includes(key));
      for (const other of needed) {
        expect(sorted.indexOf(other), `${name} needs ${other}`).toBeLessThan(sorted.indexOf(name));
      }
    }
  });

  it('names packages that need each other', () => {
    const item = (name: string, needs: string) => ({
      name,
      manifest: { peerDependencies: { [needs]: '1.0.0' } },
    });
    expect(() => inPublishingOrder([item('a', 'b'), item('b', 'a')])).toThrow(/a,b/);
  });
});

it('advisories: serious ones are named, and a registry that cannot be asked is no clean one', () => {
  const found = (severity: string) => ({
    name: `${severity}-one`,
    severity,
    range: '<2',
    via: ['other', { title: 'Runs code' }],
  });
  const vulnerabilities = { a: found('low'), b: found('high'), c: found('critical') };
  expect(readAudit(JSON.stringify({ vulnerabilities }))).toEqual({
    asked: true,
    serious: ['high-one <2: high: other; Runs code', 'critical-one <2: critical: other; Runs code'],
    others: 1,
  });
  expect(readAudit('{"vulnerabilities":{}}')).toEqual({ asked: true, serious: [], others: 0 });
  expect(readAudit('{"message":"405 Method Not Allowed"}')).toEqual({
    asked: false,
    reason: '405 Method Not Allowed',
  });
  expect(readAudit('')).toEqual({ asked: false, reason: 'npm audit printed nothing' });
});

it('one address in all READMEs', () => {
  const text =
    'see [docs](../../docs/a.md), [b](https://old.org/x/blob/main/b.md) and [c](https://c.org/d.md)';
  const urls = { from: 'git+https://old.org/x.git', to: 'git+https://new.org/y.git' };
  expect(withAddress(text, urls)).toBe(
    'see [docs](https://new.org/y/blob/main/docs/a.md), [b](https://new.org/y/blob/main/b.md) and [c](https://c.org/d.md)',
  );
});

it('a changeset of one package raises the version of all', () => {
  const copy = join(folder, 'workspace');
  const names = readdirSync(join(ROOT, 'packages'));
  for (const name of ['package.json', '.changeset']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  for (const place of [...names.map((name) => join('packages', name)), 'tools']) {
    mkdirSync(join(copy, place), { recursive: true });
    for (const file of ['package.json', ...(place === 'tools' ? [] : ['CHANGELOG.md'])]) {
      cpSync(join(ROOT, place, file), join(copy, place, file));
    }
  }
  const line = 'Reads what nobody read before.';
  writeFileSync(join(copy, '.changeset', 'new.md'), `---\n'@omnict/io': minor\n---\n\n${line}\n`);
  execFileSync('git', ['init', '--quiet', copy]);
  const changeset = join(ROOT, 'node_modules', '@changesets', 'cli', 'bin.js');
  execFileSync(process.execPath, [changeset, 'version'], { cwd: copy, stdio: 'pipe' });

  for (const name of names) {
    const { version, dependencies } = readManifest(join(copy, 'packages', name));
    expect(version, name).toBe('0.2.0');
    const siblings = Object.entries(dependencies ?? {}).filter(([key]) =>
      key.startsWith('@omnict/'),
    );
    for (const [key, wanted] of siblings) expect(wanted, `${name} needs ${key}`).toBe('0.2.0');
  }
  expect(readManifest(join(copy, 'tools')).version, 'private').toBe('0.1.0');
  const changelog = readFileSync(join(copy, 'packages', 'io', 'CHANGELOG.md'), 'utf8');
  expect(changelog).toMatch(/^# Changelog\s+## 0\.2\.0\s+### Minor Changes\s+- Reads what nobody/);
  expect(changelog).toContain('## 0.1.0');
});

// Verdaccio's 60 MB come by 'npm run release:check' or CI's set-up.
describe.skipIf(!isVerdaccioInstalled())('a registry', { timeout: 120_000 }, () => {
  /** Two packages, packed; the first needs the second. */
  const pack = (text: string) => {
    const target = mkdtempSync(join(folder, 'packed-'));
    const packages = ['omnict', '@omnict/core'].map((name) => {
      const source = mkdtempSync(join(folder, 'package-'));
      const dependencies = name === 'omnict' ? { '@omnict/core': '0.1.0' } : {};
      const manifest = { name, version: '0.1.0', dependencies };
      writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(source, 'README.md'), name === 'omnict' ? text : 'core');
      const tarball = join(target, `${name.replace(/^@(.*)\//, '$1-')}-0.1.0.tgz`);
      return { name, folder: source, tarball, files: [], bytes: 0 };
    });
    const folders = packages.map((item) => item.folder);
    execFileSync('npm', ['pack', ...folders, `--pack-destination=${target}`], { stdio: 'pipe' });
    return packages;
  };

  it('gets what it lacks once, and nothing else under the same version', async () => {
    const registry = await startLocalRegistry(join(folder, 'registry'));
    try {
      const env = { ...process.env, NPM_CONFIG_USERCONFIG: registry.npmrc };
      const options = { registry: registry.url, env };
      const packed = pack('first');
      const ids = ['@omnict/core@0.1.0', 'omnict@0.1.0'];
      expect(await publishAll(packed.slice(1), { ...options, dryRun: true })).toEqual({
        published: ids.slice(0, 1),
        present: [],
      });
      expect(await publishAll(packed, options)).toEqual({ published: ids, present: [] });
      // The same @omnict/core is passed over.
      await expect(publishAll(pack('second'), options)).rejects.toThrow(
        /^omnict@0\.1\.0: .*other content/,
      );
    } finally {
      await registry.stop();
    }
  });
});
