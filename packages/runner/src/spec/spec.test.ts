import { ConfigError, MissingDataError } from '@omnict/nn';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { expandSweep } from './expand';
import { sweepJsonSchema } from './json-schema';
import { readSpecSource } from './spec-source';
import { validateSpec } from './validate-spec';

const EXPERIMENTS = fileURLToPath(new URL('../../../../experiments/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

write(
  'base.yaml',
  `config:
  data: { dataset: phantom-ct }
  model: { encoder: siglip-tiny, llm: qwen2-tiny }
  train:
    pretrain: { learningRate: 1.0e-3 }
    finetune: { learningRate: 1.0e-3, epochs: 2 }
`,
);

const HEAD = 'schema: omnict/sweep@1\nname: t\nextends: [base.yaml]\n';
const valid = (text: string, overrides: string[] = []) =>
  validateSpec(readSpecSource(write('spec.yaml', HEAD + text), overrides));

/** Message of the error a spec is refused with. */
function problemsOf(text: string): string {
  try {
    valid(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('the spec was accepted');
}

describe('specs', () => {
  it('inherit, override, and fill in defaults', () => {
    const spec = valid('config: { train: { finetune: { epochs: 3 } } }\n', [
      'config.model.sce=false',
      'config.train.finetune.batchSize=4',
    ]);
    expect(spec.config.train.finetune).toMatchObject({
      epochs: 3,
      batchSize: 4,
      learningRate: 1e-3,
    });
    expect(spec.config.model.sce).toBe(false);
    expect(spec.config.prepare.window).toEqual([-1000, 1000]);
  });

  it('are refused with file, line, column and the nearest valid name', () => {
    const message = problemsOf(
      'config:\n  model:\n    scee: true\n    ose: { strategy: adaptve }\nsweep:\n  matrix:\n    model.sec: [true]\n',
    );
    expect(message).toMatch(/spec\.yaml:6:\d+: config\.model\.scee: unknown key.*sce/);
    expect(message).toMatch(
      /spec\.yaml:7:\d+: config\.model\.ose\.strategy: expected one of .*adaptive/,
    );
    expect(message).toMatch(
      /spec\.yaml:10:\d+: sweep\.matrix\.model\.sec: no such config path.*model\.sce/,
    );
  });

  it('name the base file when the mistake is there', () => {
    write('bad-base.yaml', 'config:\n  data: { datset: x }\n');
    writeFileSync(
      join(folder, 'child.yaml'),
      'schema: omnict/sweep@1\nname: t\nextends: [bad-base.yaml]\n',
    );
    expect(() => validateSpec(readSpecSource(join(folder, 'child.yaml')))).toThrow(
      /bad-base\.yaml:2:\d+: config\.data\.datset: unknown key.*dataset/,
    );
  });

  it('report wrong types, YAML errors, cycles and missing files', () => {
    expect(problemsOf('config: { train: { finetune: { epochs: many } } }\n')).toMatch(
      /epochs.*number/,
    );
    expect(problemsOf('config: [1\n')).toMatch(/spec\.yaml:\d+:\d+/);
    writeFileSync(join(folder, 'loop.yaml'), 'extends: [loop.yaml]\n');
    expect(() => readSpecSource(join(folder, 'loop.yaml'))).toThrow(/extends itself/);
    expect(() => readSpecSource(join(folder, 'none.yaml'))).toThrow(MissingDataError);
  });

  it('cannot be made to change a prototype', () => {
    expect(() => valid('', ['__proto__.polluted=1'])).toThrow();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('sweeps', () => {
  it('are the product of their axes, less excluded, plus included, with every seed', () => {
    const trials = expandSweep(
      valid(`sweep:
  matrix: { model.sce: [false, true], model.ose.strategy: [none, adaptive] }
  exclude: [{ model.sce: false, model.ose.strategy: adaptive }]
  include: [{ name: blind, set: { model.vision: false } }]
  baseline: { model.sce: false }
  seeds: [0, 5]
`),
    );
    expect(trials.map(({ name }) => name)).toEqual([
      'model.sce=false ose.strategy=none seed=0',
      'model.sce=false ose.strategy=none seed=5',
      'model.sce=true ose.strategy=none seed=0',
      'model.sce=true ose.strategy=none seed=5',
      'model.sce=true ose.strategy=adaptive seed=0',
      'model.sce=true ose.strategy=adaptive seed=5',
      'blind seed=0',
      'blind seed=5',
    ]);
    expect(trials.filter(({ isBaseline }) => isBaseline).map(({ seed }) => seed)).toContain(5);
    expect(trials[6]?.config.model.vision).toBe(false);
  });

  it('are bounded', () => {
    expect(() => expandSweep(valid('sweep: { max_trials: 3, seeds: [0, 1, 2, 3] }\n'))).toThrow(
      /4.*3/,
    );
  });
});

describe('shipped specs and schema', () => {
  it('quickstart is valid and has the four rows of Table 1', () => {
    const trials = expandSweep(validateSpec(readSpecSource(join(EXPERIMENTS, 'quickstart.yaml'))));
    expect(trials).toHaveLength(5);
  });

  it('the JSON Schema for editors accepts them and refuses a typing error', () => {
    const validate = new Ajv({ strict: false }).compile(sweepJsonSchema());
    const quickstart = parse(readFileSync(join(EXPERIMENTS, 'quickstart.yaml'), 'utf8')) as object;
    expect(validate(quickstart)).toBe(true);
    expect(validate({ ...quickstart, polcy: {} })).toBe(false);
  });
});
