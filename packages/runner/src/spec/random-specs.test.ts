import { ConfigError, Random } from '@omnict/core';
import { expandSweep, readSweepSpec } from '@omnict/pipeline';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OMNICT, type SweepSpec } from '../omnict-pipeline';

/** `OMNICT_FUZZ=300` tries that many times as many as CI does. */
const SPECS = 150 * Number(process.env['OMNICT_FUZZ'] ?? 1);

const folder = mkdtempSync(join(tmpdir(), 'omnict-random-specs-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Tree = { [key: string]: unknown } | unknown[];

/** Valid, with something of each section. */
const seedling = (): Tree => ({
  schema: 'omnict/sweep@1',
  name: 't',
  components: [],
  config: {
    data: { dataset: 'phantom-ct' },
    model: { encoder: 'siglip-tiny', llm: 'qwen2-tiny', ose: { strategy: 'none' } },
    train: { pretrain: { learningRate: 1e-3 }, finetune: { learningRate: 1e-3 } },
    score: { metrics: ['accuracy'] },
  },
  sweep: {
    matrix: { 'model.sce': [true, false] },
    zip: { size: { 'model.ose.tokens2d': [1, 4], 'model.ose.tokens3d': [2, 8] } },
    exclude: [{ 'model.sce': true, 'model.ose.tokens2d': 4 }],
    include: [{ name: 'x', set: { 'model.vision': false } }],
    baseline: { 'model.sce': false },
    seeds: [0, 1],
  },
  policy: { shards: { encode: 2 } },
  profiles: { cluster: { type: 'slurm', partition: 'gpu' } },
  tracking: { experiment: 'e' },
  report: { question: 'q', paperTable: 'table-1' },
});

const KEYS = ['model.sce', 'sweep', 'config', 'type', 'matrix', 'zip', '0', '', 'a b', 'ä', 'x.y'];
const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 1e300,
  () => 0.5,
  () => '',
  () => 'x'.repeat(300),
  () => '\u0000\ud800',
  () => [],
  () => ({}),
  () => [[[null]]],
  () => [1, '1', true],
  () => ({ a: { b: [] } }),
  () => 'adaptive',
  () => 'constructor',
];

/** All maps and lists of a tree. */
function partsOf(tree: Tree): Tree[] {
  const children = Object.values(tree).filter(
    (child): child is Tree => typeof child === 'object' && child !== null,
  );
  return [tree, ...children.flatMap(partsOf)];
}

function mutate(tree: Tree, random: Random): void {
  const part = random.choice(partsOf(tree)) as Record<string, unknown>;
  const keys = Object.keys(part);
  const value = random.choice(VALUES)();
  const key = keys.length > 0 && random.uniform() < 0.8 ? random.choice(keys) : random.choice(KEYS);
  if (random.uniform() < 0.2 && !Array.isArray(part)) Reflect.deleteProperty(part, key);
  else if (random.uniform() < 0.2) part[random.choice(KEYS)] = part[key];
  else part[key] = value;
}

describe('random specs', () => {
  it(`are valid, or refused with a place on each line: ${SPECS}`, () => {
    const random = new Random('random-specs');
    const file = join(folder, 'spec.yaml');
    let valid = 0;
    for (let index = 0; index < SPECS; index++) {
      const tree = seedling();
      for (let count = 1 + random.integer(3); count > 0; count--) mutate(tree, random);
      const text = JSON.stringify(tree, null, 1); // YAML too
      writeFileSync(file, text);
      try {
        const { spec, source } = readSweepSpec<SweepSpec>(OMNICT, file);
        const trials = expandSweep(spec, OMNICT.config, source);
        expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length);
        valid++;
      } catch (error) {
        expect(error, `${text}\n${(error as Error).stack}`).toBeInstanceOf(ConfigError);
        for (const line of (error as Error).message.split('\n')) {
          expect(line, text).toMatch(/spec\.yaml:\d+:\d+: /);
        }
      }
    }
    expect(valid).toBeGreaterThan(SPECS / 20);
    expect(SPECS - valid).toBeGreaterThan(SPECS / 4);
  });
});
