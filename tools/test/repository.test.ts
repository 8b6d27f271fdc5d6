import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALLOWED_IMPORTS, LAYERS } from '../boundaries.mjs';
import { pagesOf } from '../release/address.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MAX_FILE_BYTES = 2 ** 20;
/** Of all weights that come with the packages. */
const MAX_PRESETS_BYTES = 25 * 2 ** 20;

/** Where the repository lies, as the root's package.json says. */
const REPOSITORY_URL = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { repository: { url: string } }
).repository.url;

/** Files git would publish. */
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '' && existsSync(join(ROOT, name)));

/** Targets of a page's links, without those inside the page and without their anchors. */
function linksOf(name: string): string[] {
  const text = readFileSync(join(ROOT, name), 'utf8');
  return [...text.matchAll(/\]\((?!#)([^)#\s]+)/g)].map(([, target = '']) => target);
}

/** Sibling packages that a package's sources import, tests left out. */
function importedBy(name: string): string[] {
  const sources = tracked.filter(
    (file) => file.startsWith(`packages/${name}/src/`) && /(?<!\.test)\.ts$/.test(file),
  );
  const specifiers = sources.flatMap((file) => [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from |import\()'@omnict\/([a-z-]+)'/g),
  ]);
  return [...new Set(specifiers.map(([, sibling]) => sibling as string))].sort();
}

describe('every package', () => {
  it.each(Object.keys(ALLOWED_IMPORTS))('%s has what a package needs', (name) => {
    const folder = join(ROOT, 'packages', name);
    for (const file of [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'tsconfig.json',
      'src/index.ts',
    ]) {
      expect(existsSync(join(folder, file)), file).toBe(true);
    }
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      license: string;
      description: string;
      keywords: string[];
      repository: { url: string; directory: string };
      publishConfig: { access: string };
      files: string[];
      scripts: Record<string, string>;
      exports: Record<string, unknown>;
      nx: { tags: string[] };
      dependencies?: Record<string, string>;
    };
    expect(manifest.license).toBe('Apache-2.0');
    expect(manifest.description).not.toBe('');
    expect(manifest.keywords.length).toBeGreaterThan(2);
    expect(manifest.repository.directory).toBe(`packages/${name}`);
    expect(manifest.repository.url).toBe(REPOSITORY_URL);
    expect(manifest.publishConfig.access).toBe('public');
    expect(manifest.scripts['prepack'], 'packs what is built').toBe('tsup');
    // What lies beside `src` is read at run time, and so belongs into the tarball.
    for (const data of [
      'presets',
      'prompts',
      'rubrics',
      'tables',
      'tasks',
      'architectures',
      'bin',
    ]) {
      if (existsSync(join(folder, data))) expect(manifest.files, data).toContain(data);
    }
    expect(Object.keys(manifest.exports)).toEqual(['.', './package.json']);
    const layer = LAYERS.findIndex((names) => names.includes(name));
    expect(manifest.nx.tags).toEqual([`layer:L${layer}`]);
    const siblings = Object.keys(manifest.dependencies ?? {})
      .filter((dependency) => dependency.startsWith('@omnict/'))
      .map((dependency) => dependency.slice('@omnict/'.length));
    expect(siblings.sort(), 'depends on what its sources import').toEqual(importedBy(name));
    const allowed = ALLOWED_IMPORTS[name as keyof typeof ALLOWED_IMPORTS] as string[];
    expect(allowed, 'dependencies follow the boundaries').toEqual(expect.arrayContaining(siblings));
  });

  it('stands in its layer in README.md', () => {
    const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n');
    // A layer goes from the line that begins with its name to the next; what is said of it stands right.
    const drawn = LAYERS.map((_, layer) => {
      const first = lines.findIndex((line) => line.startsWith(`L${layer}  `));
      const rest = lines.slice(first + 1);
      const more = rest.slice(
        0,
        rest.findIndex((line) => !/^ {4}/.test(line)),
      );
      return [lines[first] ?? '', ...more]
        .flatMap((line) => line.slice(4).split(/ {3,}/)[0]?.split(/ +/) ?? [])
        .sort();
    });
    expect(drawn).toEqual(LAYERS.map((names) => [...names].sort()));
  });
});

describe('the repository', () => {
  it('holds no large file', () => {
    const sizeOf = (name: string): number => statSync(join(ROOT, name)).size;
    const presets = tracked.filter((name) => /^packages\/\w+\/presets\//.test(name));
    expect(presets.reduce((sum, name) => sum + sizeOf(name), 0)).toBeLessThan(MAX_PRESETS_BYTES);
    const others = tracked.filter((name) => !presets.includes(name));
    expect(others.filter((name) => sizeOf(name) > MAX_FILE_BYTES)).toEqual([]);
  });

  it('lists every decision with its status and date', () => {
    const index = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8');
    for (const name of tracked.filter((file) => /^docs\/decisions\/\d/.test(file))) {
      const [title = '', , status = ''] = readFileSync(join(ROOT, name), 'utf8').split('\n');
      const [number, words] = /^# (\d+)\. (.*)$/.exec(title)?.slice(1) ?? [];
      expect(status, name).toMatch(/^Status: \w+, \d{4}-\d\d-\d\d/);
      const row = index.split('\n').find((line) => line.includes(`](${name.split('/')[2]})`));
      expect(row, name).toContain(`[${words}]`);
      expect(row, name).toMatch(new RegExp(`^\\| ${number} +\\|`));
      expect(row, name).toContain(/\d{4}-\d\d-\d\d/.exec(status)?.[0]);
    }
  });

  it('has no link into the void', () => {
    const pages = pagesOf(REPOSITORY_URL);
    const broken = tracked
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) =>
        linksOf(name)
          .filter((link) => !/^[a-z]+:/.test(link) || link.startsWith(pages))
          .map((link) =>
            link.startsWith(pages) ? link.slice(pages.length) : join(dirname(name), link),
          )
          .filter((target) => !existsSync(join(ROOT, target))),
      );
    expect(broken).toEqual([]);
  });

  // A registry shows a README without the files around it: 'npm run release:address' mends.
  it('links from READMEs of packages by whole addresses', () => {
    const relative = tracked
      .filter((name) => /^packages\/\w+\/README\.md$/.test(name))
      .flatMap((name) => linksOf(name).filter((link) => !/^[a-z]+:/.test(link)));
    expect(relative).toEqual([]);
  });

  it('names no machine', () => {
    const text = /\.(ts|mjs|js|json|ya?ml|md|py|sh|toml|txt)$|(^|\/)run$/;
    const machine = new RegExp(
      ['/work' + '/', '/ro' + 'ot/', '/ho' + 'me/', 'resolved": "ht' + 'tp'].join('|'),
    );
    const named = tracked
      .filter((name) => text.test(name))
      .filter((name) => machine.test(readFileSync(join(ROOT, name), 'utf8')));
    expect(named).toEqual([]);
  });

  it('uses .ts names in kebab-case', () => {
    const odd = tracked
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.(test|base|config|d))?\.ts$/.test(name));
    expect(odd).toEqual([]);
  });
});
