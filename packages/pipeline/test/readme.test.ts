/** @file The README's program runs as it is printed there, from the build, on processes of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, expect, it } from 'vitest';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
// Within the package, so that its imports are found.
const folder = mkdtempSync(join(PACKAGE, 'test', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(
    ([, text = '']) => text,
  );
const [program = '', furtherStage = ''] = blocks('ts');
const [spec = ''] = blocks('yaml');

const run = (): string[] =>
  execFileSync(process.execPath, ['estimate.js'], { cwd: folder, encoding: 'utf8' })
    .trim()
    .split('\n');

it('is typed as strictly as a user may ask for', () => {
  const file = join(folder, 'estimate.ts');
  writeFileSync(file, `${program}\n${furtherStage}\npi.stages = () => [draw, round];\n`);
  const check = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    // `npm run pack:check` does it with the packed declarations, as Node.js resolves them.
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['@omnict/source'],
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
  });
  const messages = ts
    .getPreEmitDiagnostics(check)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(messages).toEqual([]);
});

it('prints what the README says, and takes it from the cache when it runs again', () => {
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  });
  writeFileSync(join(folder, 'estimate.js'), outputText);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'points.yaml'), spec);
  const first = run();
  expect(first).toHaveLength(4);
  expect(first[0]).toBe(/^points=1000 seed=0 .*$/m.exec(readme)?.[0]);
  for (const line of first)
    expect(Math.abs(Number(line.split(' ')[2]) - Math.PI)).toBeLessThan(0.2);
  expect(first[1]).not.toBe(first[0]); // another seed draws other points
  expect(run()).toEqual(first);
  const plan = readFileSync(planOf(folder), 'utf8');
  const tasks = JSON.parse(plan) as { cachedSeconds?: number }[];
  expect(tasks).toHaveLength(4);
  expect(tasks.every(({ cachedSeconds }) => cachedSeconds !== undefined)).toBe(true);
});

/** The latest run's plan: what it found in the cache is noted there. */
function planOf(root: string): string {
  const [id = ''] = readdirSync(join(root, '.pi', 'runs'));
  return join(root, '.pi', 'runs', id, 'plan.json');
}
