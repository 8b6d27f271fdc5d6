import { loadLanguageModel, Phi3ForCausalLM, saveLanguageModel } from '@omnict/llm';
import { Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The command as users run it: `npm test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const QUICKSTART = fileURLToPath(new URL('../../../experiments/quickstart.yaml', import.meta.url));
/** Small random checkpoints of every architecture; see tools/reference/checkpoints.py. */
const CHECKPOINTS = fileURLToPath(new URL('../../model/test/expected/', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'omnict-parts-'));
const PHI3 = join(folder, 'phi3');
/** A user's module with an encoder of its own kind, and a folder of that kind. */
const OWN_PARTS = fileURLToPath(new URL('./own-parts.mjs', import.meta.url));
const OWN_ENCODER = join(folder, 'patch-means');

/** Image size each encoder takes, and a block that divides its grid. */
const ENCODERS = {
  siglip: { size: [7, 21, 21], block: 3 },
  dinov3: { size: [6, 16, 16], block: 2 },
  videomae: { size: [6, 16, 16], block: 2 },
  'videomae-v2': { size: [6, 16, 16], block: 2 },
  'm3d-clip': { size: [4, 16, 16], block: 2 },
  'wan-vae': { size: [9, 16, 16], block: 2 },
  [OWN_ENCODER]: { size: [6, 16, 16], block: 2 },
} as const;

beforeAll(async () => {
  mkdirSync(OWN_ENCODER);
  writeFileSync(
    join(OWN_ENCODER, 'config.json'),
    JSON.stringify({ model_type: 'patch_means', image_size: 16, patch_size: 4 }),
  );
  await selectEngine();
  const { tokenizer, model } = await loadLanguageModel('qwen2-tiny');
  const config = { ...model.config, numHiddenLayers: 1, partialRotaryFactor: 0.5 };
  await saveLanguageModel(PHI3, {
    model: new Phi3ForCausalLM(config, new Random('phi3')),
    tokenizer,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the quickstart spec', () => {
  it('runs with each encoder, one of the user too, in bfloat16, and with both language models', () => {
    const trials = Object.entries(ENCODERS).map(([name, { size, block }]) => ({
      name: basename(name),
      set: {
        'model.encoder': resolve(CHECKPOINTS, name),
        'prepare.size': size,
        'model.unshuffle': { slice: block, volume: block },
        'model.ose.strategy': 'native',
      },
    }));
    const [first, ...others] = trials as [(typeof trials)[number], ...typeof trials];
    const bfloat16 = { name: 'bfloat16', set: { 'encode.precision': 'bf16' } };
    const phi3 = { name: 'phi3', set: { 'model.llm': PHI3 } };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        MAIN,
        'run',
        QUICKSTART,
        '--store',
        join(folder, 'store'),
        '--json',
        ...Object.entries(first.set).map(
          ([key, value]) => `config.${key}=${JSON.stringify(value)}`,
        ),
        `sweep.include=${JSON.stringify([...others, bfloat16, phi3])}`,
        '--components',
        OWN_PARTS,
        `components=${JSON.stringify([OWN_PARTS])}`,
        // The preset's projection fits the preset parts only.
        '~sweep.matrix',
        '~sweep.baseline',
        '~report.paperTable',
        '~config.model.projector',
        'config.data.phantom={train: {slices: 2, volumes: 2}, test: {slices: 2, volumes: 1}}',
        ...['pretrain', 'finetune'].map((stage) => `config.train.${stage}.batchSize=4`),
        'config.train.finetune.epochs=1',
        'config.predict.maxNewTokens=3',
      ],
      { encoding: 'utf8', cwd: folder, maxBuffer: 2 ** 28 },
    );
    expect(stderr).not.toMatch(/error:/);
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as {
      complete: boolean;
      models: { trial: string }[];
      table: { rows: { name: string }[] };
    };
    expect(report.complete).toBe(true);
    expect(report.models.map(({ trial }) => trial.split(' ')[0]).sort()).toEqual(
      ['trial', ...others.map(({ name }) => name), 'bfloat16', 'phi3'].sort(),
    );
  });
});
