import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSweep } from '../sweep';

/** `OMNICT_FUZZ=3` puts each wrong value at each place, in place of one of them. */
const VALUES_EACH = Math.min(3, Number(process.env['OMNICT_FUZZ'] ?? 1));
const WRONG = ['wrongvalue', '{wrong: 1}', '-7'];
/** A key below these is a path, and wrong beside its value: two mistakes. */
const PATHS = ['sweep.matrix', 'sweep.search.space'];

interface Schema {
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

const folder = mkdtempSync(join(tmpdir(), 'omnict-one-mistake-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every key that a spec may set. */
function pathsOf(schema: Schema, path = ''): string[] {
  const { properties = {}, anyOf = [], oneOf = [], allOf = [] } = schema;
  return [
    ...(path === '' ? [] : [path]),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((branch) => pathsOf(branch, path)),
    ...Object.entries(properties).flatMap(([key, child]) =>
      pathsOf(child, path === '' ? key : `${path}.${key}`),
    ),
  ];
}

it('a wrong value at any place is one message, beside keys that it left out', async () => {
  const file = join(folder, 'spec.yaml');
  writeFileSync(
    file,
    `schema: omnict/sweep@1
name: t
config:
  data: { dataset: phantom-ct }
  prepare: { size: [32, 108, 108] }
  model: { encoder: siglip-tiny, llm: qwen2-tiny, unshuffle: { slice: 2, volume: 4 } }
  train: { pretrain: { learningRate: 1.0e-3 }, finetune: { learningRate: 1.0e-3 } }
`,
  );
  const schema = new URL('../../../../schemas/sweep.schema.json', import.meta.url);
  const paths = [...new Set(pathsOf(JSON.parse(readFileSync(schema, 'utf8')) as Schema))];
  expect(paths.length).toBeGreaterThan(100);
  for (const [index, path] of paths.entries()) {
    for (let nth = 0; nth < VALUES_EACH; nth++) {
      const value = WRONG[(index + nth) % WRONG.length] as string;
      if (PATHS.includes(path) && value.startsWith('{')) continue;
      const told = await readSweep(file, { overrides: [`${path}=${value}`] }).then(
        () => [],
        (error: unknown) => (error as Error).message.split('\n'),
      );
      const mistakes = told.filter((line) => !line.endsWith('is missing; add it'));
      expect(mistakes.length, told.join('\n')).toBeLessThanOrEqual(1);
    }
  }
});
