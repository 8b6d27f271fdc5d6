import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** The command as users run it: `npm test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const BASE = fileURLToPath(new URL('../../../experiments/base/omnict-tiny.yaml', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'omnict-models-'));
const spec = join(folder, 'micro.yaml');
writeFileSync(
  spec,
  `schema: omnict/sweep@1
name: micro
extends: [${JSON.stringify(BASE)}]
config:
  data:
    phantom: { train: { slices: 8, volumes: 4 }, test: { slices: 6, volumes: 2 } }
  train:
    pretrain: { batchSize: 4 }
    finetune: { batchSize: 4, epochs: 1, checkpointEvery: 3 }
  predict: { maxNewTokens: 8 }
sweep:
  matrix: { model.ose.strategy: [none, adaptive] }
  baseline: { model.ose.strategy: none }
`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function omnict(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

describe('model commands', () => {
  const CHECKPOINTS = fileURLToPath(new URL('../../model/test/expected/', import.meta.url));

  it('verify-model compares a checkpoint with its reference, and fails when it differs', () => {
    const checkpoint = join(CHECKPOINTS, 'phi4-mini-long');
    const io = join(checkpoint, 'io.safetensors');
    const equal = omnict('verify-model', checkpoint, '--io', io, '--json');
    expect(equal.status).toBe(0);
    const result = JSON.parse(equal.stdout) as { passed: boolean; outputs: { name: string }[] };
    expect(result.passed).toBe(true);
    expect(result.outputs.map(({ name }) => name)).toContain('greedy');

    const other = omnict(
      'verify-model',
      checkpoint,
      '--io',
      join(CHECKPOINTS, 'phi3/io.safetensors'),
    );
    expect(other.status).toBe(1);
    const differs = omnict('verify-model', checkpoint, '--io', io, '--tolerance', '1e-12');
    expect(differs.status).toBe(1);
    expect(differs.stdout).toMatch(/DIFFERS +logits .*max absolute \d/);
    expect(omnict('verify-model', folder, '--io', io).stderr).toMatch(
      /config\.json: cannot be read/,
    );
    expect(omnict('verify-model', checkpoint).status).toBe(2);
  });

  it('models quantize rounds a language model beside its weights', () => {
    const model = join(folder, 'tiny');
    const preset = fileURLToPath(new URL('../../llm/presets/qwen2-tiny', import.meta.url));
    cpSync(preset, model, { recursive: true });
    const made = omnict('models', 'quantize', model, '--precision', 'int4', '--json');
    expect([made.stderr, made.status]).toEqual(['', 0]);
    expect(JSON.parse(made.stdout)).toMatchObject({
      precision: 'int4',
      folder: join(model, 'onnx-int4'),
    });
    expect(existsSync(join(model, 'onnx-int4', 'model.onnx'))).toBe(true);
  });

  it('models ls and show tell what is on this machine', () => {
    const names = (JSON.parse(omnict('models', 'ls', '--json').stdout) as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(expect.arrayContaining(['siglip-tiny', 'qwen2-tiny']));
    expect(omnict('models', 'show', 'qwen2-tiny').stdout).toMatch(/parameters +394752/);
    const absent = omnict('models', 'show', 'nobody/nothing');
    expect([absent.status, absent.stderr]).toEqual([2, expect.stringMatching(/models ls/)]);
    const encoder = omnict('plan', spec, 'config.model.encoder=google/absent');
    expect([encoder.status, encoder.stderr]).toEqual([
      2,
      expect.stringMatching(/models pull google\/absent/),
    ]);
  });

  it("plan --memory counts the paper's models without having them", () => {
    const paper = fileURLToPath(new URL('../../../experiments/omnict-3b.yaml', import.meta.url));
    const { status, stdout } = omnict('plan', paper, '--memory');
    expect(status).toBe(0);
    expect(stdout).toMatch(/language model 3085\.9 M/);
    expect(stdout).toMatch(/810 a slice, 900 a volume/);
  });

  it('a sweep swaps the encoder and trains a low-rank update', () => {
    const { status, stderr, stdout } = omnict(
      'run',
      spec,
      `config.model.encoder=${join(CHECKPOINTS, 'videomae')}`,
      'config.prepare.size=[6, 16, 16]',
      'config.model.unshuffle={slice: 1, volume: 2}',
      '~config.model.projector',
      'config.model.ose={tokens2d: 4, tokens3d: 3}',
      'config.train.finetune.lora={rank: 2, alpha: 4, targets: [q_proj, v_proj]}',
      'sweep.matrix.model.ose.strategy=[adaptive]',
      '~sweep.baseline',
      '--store',
      join(folder, 'swapped'),
      '--json',
    );
    expect(stderr).not.toMatch(/error:/);
    expect(status).toBe(0);
    const { complete, models } = JSON.parse(stdout) as {
      complete: boolean;
      models: { folder: string }[];
    };
    expect(complete).toBe(true);
    const adapter = join(models[0]?.folder as string, '../adapter/adapter_config.json');
    expect(JSON.parse(readFileSync(adapter, 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      r: 2,
      target_modules: ['q_proj', 'v_proj'],
    });
  });

  it('plan prints the tokens that slices and volumes become', () => {
    const { stdout } = omnict('plan', spec);
    expect(stdout).toMatch(
      /siglip-tiny: slice 6 x 6 = 36 \+ 9 organ; volume 10 x 3 x 3 = 90 \+ 10/,
    );
  });
});
