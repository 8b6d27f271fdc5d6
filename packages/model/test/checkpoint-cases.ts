import { selectEngine } from '@omnict/nn';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyCheckpoint } from '../src/index';

/** Made by tools/reference/checkpoints.py with the reference libraries. */
const EXPECTED = fileURLToPath(new URL('./expected', import.meta.url));

/** The tensors each reference file must bring to comparison. */
const FEATURES = ['hidden_state_minus2', 'last_hidden_state'];
const LANGUAGE = [...FEATURES, 'greedy', 'logits', 'logits_from_embeds'];
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  siglip: FEATURES,
  'siglip-other-size': FEATURES,
  dinov3: FEATURES,
  'dinov3-gated': FEATURES,
  videomae: FEATURES,
  'videomae-pretraining': FEATURES,
  'videomae-oblong': FEATURES,
  'videomae-v2': FEATURES,
  'm3d-clip': FEATURES,
  'clip-pair': ['image_features', 'logits_per_image', 'text_features'],
  'wan-vae': ['last_hidden_state'],
  'wan-vae-partial': ['last_hidden_state'],
  qwen2: LANGUAGE,
  'qwen2-sharded': LANGUAGE,
  'qwen2-windows': LANGUAGE,
  'qwen2-yarn': LANGUAGE,
  phi3: LANGUAGE,
  'phi4-mini-short': LANGUAGE,
  'phi4-mini-long': LANGUAGE,
  'phi4-mini-crossing': LANGUAGE,
  bert: FEATURES,
  'bert-classifier': [...FEATURES, 'logits'],
  'roberta-classifier': [...FEATURES, 'logits'],
};

/** Compares every reference checkpoint on one engine; undefined for the best there is. */
export function testCheckpoints(engine?: 'wasm'): void {
  describe(`checkpoints on engine ${engine ?? 'of choice'}`, () => {
    beforeAll(async () => {
      await selectEngine(engine);
    });

    it('has an expectation for each', () => {
      const folders = readdirSync(EXPECTED, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
      expect(folders.sort()).toEqual(Object.keys(OUTPUTS).sort());
    });

    it.each(Object.keys(OUTPUTS))('%s gives what the reference gives', async (name) => {
      const folder = `${EXPECTED}/${name}`;
      const { outputs, skipped } = await verifyCheckpoint(folder, `${folder}/io.safetensors`);
      expect(skipped).toEqual([]);
      const names = outputs.map((output) => output.name).sort();
      expect(names).toEqual([...(OUTPUTS[name] ?? [])].sort());
      for (const output of outputs) {
        expect(output, `${name} ${output.name}`).toMatchObject({ passed: true });
        expect(output.compared).toBeGreaterThan(0);
      }
    });
  });
}
