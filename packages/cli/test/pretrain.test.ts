import { createOmniCT, type ModelConfig } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The command as users run it: `npm test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-pretrain-'));
const LLM = join(folder, 'llm');
const PROJECTOR = join(folder, 'projector');

const TRAIN = '{ learningRate: 1.0e-3, batchSize: 8, warmupRatio: 0.1, weightDecay: 0 }';
const LANGUAGE_MODEL = `
schema: omnict/language-model-recipe@2
seed: 3
tokenizer: qwen2-tiny
languageModel:
  hiddenSize: 16
  intermediateSize: 32
  numHiddenLayers: 1
  numAttentionHeads: 2
  numKeyValueHeads: 2
  maxPositionEmbeddings: 512
scenes:
  depth: 6
  imageSize: 108
  patches: 12
  pool: { slices: 3, volumes: 2 }
  renew: { slices: 0.5, volumes: 0.5 }
  questionsPerSlice: 4
  questionsPerVolume: 4
  test: { slices: 2, volumes: 2 }
lessons:
  - steps: 2
    unshuffle: { slice: 4, volume: 12 }
    layouts: [{ places: true, ose: { strategy: adaptive, tokens2d: 9, tokens3d: 8 } }]
    questionsPerImage: 2
    noise: 0.1
    train: ${TRAIN}
`;
const PROJECTION = `
schema: omnict/projector-recipe@1
seed: 3
model:
  encoder: siglip-tiny
  llm: ${JSON.stringify(LLM)}
  tpe: { depthWidth: 2, heightWidth: 2, widthWidth: 2, base: 100 }
  unshuffle: { slice: 4, volume: 12 }
  projectorWidth: 24
prepare: { window: [-200, 500], size: [6, 108, 108] }
stream: { pool: { slices: 3, volumes: 2 }, renew: { slices: 1, volumes: 1 }, crowded: 0.5 }
test: { slices: 2, volumes: 2 }
steps: 2
train: ${TRAIN}
`;

function pretrain(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, 'pretrain', ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
}

beforeAll(async () => {
  await selectEngine();
  writeFileSync(join(folder, 'llm.yaml'), LANGUAGE_MODEL);
  writeFileSync(join(folder, 'projection.yaml'), PROJECTION);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('omnict pretrain', () => {
  it('makes a language model, goes on where it stopped, and measures it', () => {
    const made = pretrain('llm.yaml', '--out', LLM, '--json');
    expect([made.status, made.stderr]).toEqual([0, expect.stringContaining('lesson 1')]);
    const scores = JSON.parse(made.stdout) as Record<string, number>;
    expect(scores).toHaveProperty(['adaptive-9-placed/volume']);
    const { mtimeMs } = statSync(join(LLM, 'model.safetensors'));

    const again = pretrain('llm.yaml', '--out', LLM, '--json');
    expect(JSON.parse(again.stdout)).toEqual(scores);
    expect(statSync(join(LLM, 'model.safetensors')).mtimeMs).toBe(mtimeMs); // no lesson was left

    const gates = { 'adaptive-9-placed/slice': 0, 'adaptive-9-placed/volume': 1 };
    writeFileSync(join(folder, 'gated.yaml'), `${LANGUAGE_MODEL}gates: ${JSON.stringify(gates)}\n`);
    const checked = pretrain('gated.yaml', '--out', LLM, '--check', '--json');
    expect([checked.status, JSON.parse(checked.stdout)]).toEqual([1, { ...scores, gates }]);
  });

  it('fits projection weights that a model starts from, with SCE and without', async () => {
    const { status, stdout, stderr } = pretrain('projection.yaml', '--out', PROJECTOR, '--json');
    expect([status, stderr]).toEqual([0, expect.stringContaining('sce on/volume')]);
    const errors = JSON.parse(stdout) as Record<string, number>;
    for (const arm of ['sce off/slice', 'sce off/volume', 'sce on/slice', 'sce on/volume']) {
      expect(errors[arm]).toBeGreaterThan(0);
    }
    for (const sce of [false, true]) {
      const model: ModelConfig = {
        encoder: 'siglip-tiny',
        llm: LLM,
        vision: true,
        sce,
        projectorWidth: 24,
        tpe: { depthWidth: 2, heightWidth: 2, widthWidth: 2, base: 100 },
        unshuffle: { slice: 4, volume: 12 },
        ose: { strategy: 'none', tokens2d: 1, tokens3d: 1 },
      };
      const prepare = { window: [-200, 500], size: [6, 108, 108] } as {
        window: [number, number];
        size: [number, number, number];
      };
      const weightsOf = async (projector?: string): Promise<number[]> => {
        const omnict = await createOmniCT({ model: { ...model, projector }, prepare }, 0);
        return [...omnict.model.projector.namedParameters('').values()].map(
          (weight) => weight.square().mean().dataSync()[0] as number,
        );
      };
      expect(await weightsOf(PROJECTOR)).not.toEqual(await weightsOf());
    }
  });

  it('refuses skills that no scene can be asked for, and recipes of no kind', () => {
    const alongBody = pretrain(
      'llm.yaml',
      '--out',
      join(folder, 'none'),
      'lessons.0.skills=[z-order]',
    );
    expect(alongBody.status).not.toBe(0);
    expect(alongBody.stderr).toContain("no question of 'z-order' can be asked about any of");
    expect(alongBody.stderr).toContain('slices');
    writeFileSync(join(folder, 'odd.yaml'), 'schema: omnict/sweep@1\nname: odd\n');
    const odd = pretrain('odd.yaml', '--out', join(folder, 'none'));
    expect(odd.stderr).toContain('odd.yaml: is no recipe');
    const unknown = pretrain('llm.yaml', '--out', LLM, '--check', 'gates.volumes=0.5');
    expect([unknown.status, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("no score is called 'volumes'; there are adaptive-9-placed/slice"),
    ]);
    expect(() => readFileSync(join(folder, 'none', 'model.safetensors'))).toThrow(/ENOENT/);
  });
});
