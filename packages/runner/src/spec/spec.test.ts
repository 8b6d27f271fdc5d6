import { ConfigError, MissingDataError, schemaCheck } from '@omnict/core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  expandSweep,
  readProjectConfig,
  readSpecSource,
  readSweepSpec,
  validateSpec,
} from '@omnict/pipeline';
import { OMNICT, type SweepSpec } from '../omnict-pipeline';
import { sweepJsonSchema } from './json-schema';
import { prepareSweep, readSweep } from '../sweep';
import { copyShippedSpec, listShippedSpecs } from '../recipes/shipped-specs';

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

const STAGE_NAMES = [{ name: 'prepare', shardable: true }, { name: 'score' }];
const HEAD = 'schema: omnict/sweep@1\nname: t\nextends: [base.yaml]\n';
const valid = (text: string, overrides: string[] = []) =>
  readSweepSpec<SweepSpec>(OMNICT, write('spec.yaml', HEAD + text), {
    overrides,
    stages: STAGE_NAMES,
  }).spec;
const trialsOf = (text: string, overrides: string[] = []) => {
  const file = write('spec.yaml', HEAD + text);
  const { spec, source } = readSweepSpec<SweepSpec>(OMNICT, file, { overrides });
  return expandSweep(spec, OMNICT.config, source);
};

/** Message of the error a spec is refused with. */
function problemsOf(text: string, overrides: string[] = []): string {
  try {
    valid(text, overrides);
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
    expect(() => validateSpec(OMNICT, readSpecSource(join(folder, 'child.yaml')))).toThrow(
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

  it('take overrides of keys that have dots, and tell what is wrong with others', () => {
    const matrix = 'sweep: { matrix: { model.sce: [true] }, exclude: [{ model.sce: false }] }\n';
    const spec = valid(matrix, [
      '+sweep.matrix.model.ose.strategy=[none, native]',
      'sweep.matrix.model.sce=[false, true]',
      '+sweep.zip.size.model.ose.tokens2d=[4, 9]',
      '~sweep.exclude.0',
      '+profiles.cluster={type: slurm}',
      'profiles.cluster.partition=gpu',
      'config.engine=cpu',
    ]);
    expect(spec.sweep.matrix).toEqual({
      'model.sce': [false, true],
      'model.ose.strategy': ['none', 'native'],
    });
    expect(spec.sweep.zip).toEqual({ size: { 'model.ose.tokens2d': [4, 9] } });
    expect(spec.sweep.exclude).toEqual([]);
    expect(spec.profiles['cluster']).toMatchObject({ type: 'slurm', partition: 'gpu' });
    const message = problemsOf(matrix, [
      'sweep.matrix.model.see=[true]',
      '+config.train.finetune.epochs=4',
      '~config.model.encodr',
      'config.model.llm=[',
      'nonsense',
      'config.train.finetune.epochz=2',
    ]);
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/^command line 'sweep\.matrix\.model\.see=.*': .*\+sweep/),
      expect.stringMatching(/^command line '\+config.*': .*is set already, to 2/),
      expect.stringMatching(/^command line '~config.*': .*did you mean 'config\.model\.encoder'/),
      expect.stringMatching(/^command line 'config\.model\.llm=\[': the value cannot be read/),
      expect.stringMatching(/^command line 'nonsense': is no override/),
      expect.stringMatching(
        /^command line 'config.*epochz=2': config.*epochz: unknown key.*epochs/,
      ),
    ]);
  });

  it('take overrides by the paths that axes have, without config', () => {
    const overrides = [
      'model.sce=true',
      '+train.finetune.weightDecay=0.5',
      '~train.finetune.epochs',
    ];
    const { config } = valid('sweep: { matrix: { model.ose.strategy: [none] } }\n', overrides);
    expect(config.model).toMatchObject({ sce: true });
    expect(config.train.finetune).toMatchObject({ weightDecay: 0.5, epochs: 1 });
    const message = problemsOf('', ['train.finetune.epochz=2', 'modle.sce=true']);
    expect(message).toMatch(/^command line 'train\.finetune\.epochz=2': .*did you mean/m);
    expect(message).toMatch(/^command line 'modle\.sce=true': /m);
  });

  it('report every kind of mistake at once, each at its place', () => {
    const message = problemsOf(`launcher: cluste
profiles:
  cluster: { type: slurm, partiton: gpu, resources: { trian: { cpus: 1 } } }
  other: { type: kubernetes }
policy: { shards: { score: 2 } }
components: [./mine.mjs]
sweep:
  matrix: { model.sce: [maybe], model.ose.strategy: [adaptive, nativ] }
  zip: { size: { model.ose.tokens2d: [1, 2], model.ose.tokens3d: [1] } }
  include: [{ name: x, set: { train.finetune.epochs: many } }]
`);
    for (const expected of [
      /:4:11: launcher: no such profile; did you mean 'cluster'/,
      /:6:\d+: profiles\.cluster\.partiton: unknown key; did you mean 'partition'/,
      /:6:\d+: profiles\.cluster\.resources\.trian: no such stage/,
      /:7:\d+: profiles\.other\.type: expected one of local, slurm, ray, got "kubernetes"/,
      /:8:\d+: policy\.shards\.score: no such stage here/,
      /:9:\d+: components\.0: runs code of .*mine\.mjs.*--components/,
      /:11:\d+: sweep\.matrix\.model\.sce\.0: must be boolean, got "maybe"/,
      /:11:\d+: sweep\.matrix\.model\.ose\.strategy\.1: expected one of none.*did you mean 'native'/,
      /:12:\d+: sweep\.zip\.size: .*got 2, 1/,
      /:13:\d+: sweep\.include\.0\.set\.train\.finetune\.epochs: must be number/,
    ]) {
      expect(message).toMatch(expected);
    }
    expect(message.split('\n')).toHaveLength(10);
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
      OMNICT.config,
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

  it('vary one factor at a time around the config, which is the baseline', () => {
    const trials = trialsOf(`sweep:
  mode: ofat
  matrix: { model.vision: [true, false], model.ose.strategy: [none] }
  zip: { size: { model.ose.tokens2d: [1, 4], model.ose.tokens3d: [2, 8] } }
`);
    expect(trials.map(({ name, isBaseline }) => [name, isBaseline])).toEqual([
      ['base seed=0', true], // model.vision=true is the config's own value
      ['model.vision=false seed=0', false],
      ['ose.strategy=none seed=0', false],
      ['ose.tokens2d=1 ose.tokens3d=2 seed=0', false],
      ['ose.tokens2d=4 ose.tokens3d=8 seed=0', false],
    ]);
  });

  it('are drawn by seed, keep the baseline and their order', () => {
    const text = (seed: number): string => `sweep:
  matrix: { model.ose.tokens2d: [1, 4, 9, 16, 25, 36], model.sce: [false, true] }
  sample: { count: 4, seed: ${seed} }
  baseline: { model.ose.tokens2d: 36, model.sce: true }
`;
    const names = (seed: number): string[] => trialsOf(text(seed)).map(({ row }) => row);
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
    const all = trialsOf(text(1), ['~sweep.sample']).map(({ row }) => row);
    expect(names(1)).toEqual(all.filter((row) => names(1).includes(row)));
    expect(names(1)).toContain('ose.tokens2d=36 model.sce=true');
    expect([4, 5]).toContain(names(1).length);
  });

  it('switch sections by true and false, which keep their settings', () => {
    const tpe = { depthWidth: 4, heightWidth: 4, widthWidth: 4, base: 10 };
    const base = `config: { model: { tpe: ${JSON.stringify(tpe)} } }\n`;
    const axes =
      'sweep: { matrix: { model.tpe: [true, false] }, baseline: { model.tpe: false } }\n';
    const trials = trialsOf(base + axes);
    expect(
      trials.map(({ row, isBaseline, config }) => [row, isBaseline, config.model.tpe]),
    ).toEqual([
      ['model.tpe=true', false, { ...tpe, enabled: true }],
      ['model.tpe=false', true, { ...tpe, enabled: false }],
    ]);
    write('switched.yaml', `extends: [base.yaml]\n${base}`);
    const child = write(
      'switched-off.yaml',
      'schema: omnict/sweep@1\nname: t\nextends: [switched.yaml]\nconfig: { model: { tpe: false } }\n',
    );
    const tpeOf = (...overrides: string[]) =>
      readSweepSpec<SweepSpec>(OMNICT, child, { overrides }).spec.config.model.tpe;
    expect(tpeOf()).toEqual({ ...tpe, enabled: false });
    expect(tpeOf('config.model.tpe=true')).toEqual({ ...tpe, enabled: true });
    expect(problemsOf('config: { model: { tpe: maybe } }\n')).toMatch(
      /config\.model\.tpe: expected true, false or a section, got "maybe"/,
    );
    expect(problemsOf('config: { model: { ose: false } }\n')).toMatch(
      /config\.model\.ose: must be object/,
    );
    expect(problemsOf('sweep: { matrix: { model.ose: [false] } }\n')).toMatch(/must be object/);
  });

  it('are bounded', () => {
    expect(() => trialsOf('sweep: { maxTrials: 3, seeds: [0, 1, 2, 3] }\n')).toThrow(
      /spec\.yaml:\d+:\d+: .*at most 3 trials, got 4/,
    );
  });
});

describe('shipped specs and schema', () => {
  it('quickstart is valid and has the four rows of Table 1', () => {
    const trials = expandSweep(
      validateSpec<SweepSpec>(OMNICT, readSpecSource(join(EXPERIMENTS, 'quickstart.yaml'))),
      OMNICT.config,
    );
    expect(trials).toHaveLength(5);
  });

  it('every shipped sweep is valid', async () => {
    const specs = await listShippedSpecs();
    expect(specs.map(({ name }) => name)).toContain('quickstart');
    for (const { file } of specs) {
      expect(() => readSweepSpec(OMNICT, file)).not.toThrow();
      // Layouts, projections and organ tokens fit too, of models that need not be here.
      const { trials, spec } = await readSweep(file);
      expect(trials.length, file).toBeGreaterThan(0);
      if (!spec.config.data.dataset.startsWith('phantom-ct')) continue; // needs weights and records
      const { plan } = await prepareSweep(file, { store: join(folder, 'store') });
      expect(plan.tasks.length, file).toBeGreaterThan(trials.length);
    }
  });

  it('are copied with all they extend, and never over a file', async () => {
    const files = await copyShippedSpec('quickstart', join(folder, 'copy'));
    expect(files).toHaveLength(3);
    expect(expandSweep(readSweepSpec(OMNICT, files[0] ?? '').spec, OMNICT.config)).toHaveLength(5);
    await expect(copyShippedSpec('quickstart', join(folder, 'copy'))).rejects.toThrow(
      /no such file/,
    );
    await expect(copyShippedSpec('quikstart', folder)).rejects.toThrow(/did you mean 'quickstart'/);
  });

  it('the committed JSON Schema is current: omnict schema > schemas/sweep.schema.json', () => {
    const committed = readFileSync(
      fileURLToPath(new URL('../../../../schemas/sweep.schema.json', import.meta.url)),
      'utf8',
    );
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(sweepJsonSchema())));
  });

  it('the JSON Schema for editors accepts them and refuses a typing error', () => {
    const validate = schemaCheck(sweepJsonSchema());
    const quickstart = parse(readFileSync(join(EXPERIMENTS, 'quickstart.yaml'), 'utf8')) as object;
    expect(validate(quickstart)).toBe(true);
    expect(validate({ ...quickstart, polcy: {} })).toBe(false);
  });
});

describe("a project's config", () => {
  it('has profiles for all specs, and tells what is wrong with it', () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    expect(readProjectConfig('omnict', project).profiles).toEqual({});
    const file = join(project, 'omnict.config.yaml');
    writeFileSync(file, 'profiles:\n  cluster: { type: ray }\n');
    const { profiles } = readProjectConfig('omnict', project);
    expect(profiles['cluster']).toMatchObject({ address: 'http://127.0.0.1:8265' });
    const spec = write('uses-profile.yaml', `${HEAD}launcher: cluster\n`);
    expect(readSweepSpec(OMNICT, spec, { profiles }).spec.launcher).toBe('cluster');
    expect(() => readSweepSpec(OMNICT, spec)).toThrow(/launcher: no such profile/);
    writeFileSync(file, 'profile: {}\n');
    expect(() => readProjectConfig('omnict', project)).toThrow(
      /omnict\.config\.yaml:1:\d+: profile: unknown key; did you mean 'profiles'/,
    );
  });
});
