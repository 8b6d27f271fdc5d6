import { ConfigError, MissingDataError, Random, UnsupportedError } from '@omnict/core';
import { loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import { type EngineName, selectEngine, supportsBfloat16 } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerSamples,
  buildPrompt,
  collate,
  createOmniCT,
  createSample,
  encodeImage,
  loadOmniCT,
  type ModelSample,
  type OmniCT,
  saveOmniCT,
} from '../src/index';

let encoder: VisionEncoder;

const folder = mkdtempSync(join(tmpdir(), 'omnict-model-'));

const CONFIG: OmniCT['config'] = {
  prepare: { window: [-1000, 1000], size: [6, 108, 108] },
  model: {
    encoder: 'siglip-tiny',
    llm: 'qwen2-tiny',
    vision: true,
    sce: true,
    tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
    unshuffle: { slice: 1, volume: 3 },
    ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 8 },
  },
};

function image(modality: 'slice' | 'volume', seed: number) {
  const shape = [modality === 'slice' ? 1 : 6, 108, 108] as const;
  const random = new Random(seed);
  const data = Float32Array.from({ length: shape[0] * 108 * 108 }, () => random.uniform(-1, 1));
  return { data, shape };
}

async function sampleOf(
  omnict: OmniCT,
  modality: 'slice' | 'volume',
  {
    seed = 1,
    answer,
    question = 'Is there a lesion in the liver?',
    withMask = true,
  }: { seed?: number; answer?: string; question?: string; withMask?: boolean } = {},
): Promise<ModelSample> {
  const prepared = image(modality, seed);
  const features = encodeImage(encoder, prepared, {
    modality,
    composition: 'compose',
  });
  const labels = new Uint8Array(prepared.data.length);
  labels.fill(5, 0, 40 * 108);
  return createSample(omnict, {
    id: `${modality}-${seed}`,
    modality,
    question,
    answer,
    features: (await features.data()) as Float32Array,
    region: withMask ? { mask: { data: labels, shape: prepared.shape }, labels: [5] } : undefined,
  });
}

/** The whole model on one engine. */
export function describeOmniCT(engine: EngineName | undefined): void {
  describe(`OmniCT on ${engine ?? 'the best engine here'}`, () => {
    let omnict: OmniCT;
    afterAll(() => rmSync(folder, { recursive: true }));
    beforeAll(async () => {
      await selectEngine(engine);
      encoder = await loadVisionEncoder(CONFIG.model.encoder);
      omnict = await createOmniCT(CONFIG, 3);
    });

    it('lays out the sequence as the released rows do', async () => {
      const sample = await sampleOf(omnict, 'volume', { answer: 'yes' });
      const { ids, visual, answers } = sample.sequence;
      const { tokenizer } = omnict.language;
      expect(visual.filter((index) => index > 0)).toEqual(
        Array.from({ length: 2 * 16 + 8 }, (_, i) => i + 1),
      );
      const text = tokenizer.decode(
        ids.filter((_, i) => visual[i] === 0),
        { skipSpecialTokens: false },
      );
      expect(text).toBe(
        '<|im_start|>user\n<|image3d_start|><|image3d_end|>\n<|organ_start|><|organ_end|>\nIs there a lesion in the liver?<|im_end|>\n<|im_start|>assistant\nyes<|im_end|>',
      );
      expect(tokenizer.decode(answers.map((place) => ids[place] as number))).toBe('yes');
    });

    it('has a loss that depends on answers alone, and on image and organ', async () => {
      const visualTokens = omnict.model.visualTokens;
      const loss = (samples: ModelSample[]): number =>
        tf.tidy(() => {
          const batch = collate(samples, { side: 'right', lengthMultiple: 32, visualTokens });
          return omnict.model.answerLoss(omnict.model.tensors(batch)).dataSync()[0] as number;
        });
      const slice = await sampleOf(omnict, 'slice', { answer: 'yes' });
      const volume = await sampleOf(omnict, 'volume', { answer: 'no' });
      // Padding and neighbours change nothing: the loss of a batch is the sum of its samples'.
      expect(loss([slice, volume])).toBeCloseTo(loss([slice]) + loss([volume]), 3);
      expect(loss([await sampleOf(omnict, 'slice', { answer: 'yes', seed: 2 })])).not.toBeCloseTo(
        loss([slice]),
        4,
      );
      const without = await sampleOf(omnict, 'slice', { answer: 'yes', withMask: false });
      expect(without.plan?.fallback).toBe(true);
      expect(loss([without])).not.toBeCloseTo(loss([slice]), 5);
    });

    it('answers a batch as it answers each alone', async () => {
      const samples = [
        await sampleOf(omnict, 'slice', { seed: 4 }),
        await sampleOf(omnict, 'volume', { seed: 5, question: 'How many lesions are there?' }),
        await sampleOf(omnict, 'slice', { seed: 6, question: 'Which organ is shown?' }),
      ];
      const together = await answerSamples(omnict, samples, { batchSize: 4, maxNewTokens: 6 });
      for (const [i, sample] of samples.entries()) {
        expect(await answerSamples(omnict, [sample], { batchSize: 1, maxNewTokens: 6 })).toEqual([
          together[i],
        ]);
      }
    });

    it('answers in bfloat16 where the engine multiplies in it, and says so elsewhere', async () => {
      const samples = [await sampleOf(omnict, 'slice', { seed: 4 })];
      const options = { batchSize: 1, maxNewTokens: 6, precision: 'bf16' } as const;
      const answers = answerSamples(omnict, samples, options);
      if (supportsBfloat16()) expect(await answers).toHaveLength(1);
      else await expect(answers).rejects.toThrow(UnsupportedError);
    });

    it('is saved and loaded with the same answers and parameters', async () => {
      const path = join(folder, 'model');
      await saveOmniCT(path, omnict);
      const again = await loadOmniCT(path);
      const before = omnict.model.namedParameters();
      for (const [name, variable] of again.model.namedParameters()) {
        expect(variable.dataSync(), name).toEqual(before.get(name)?.dataSync());
      }
      expect(again.config).toEqual(CONFIG);
    });

    it('refuses folders with something missing, by name', async () => {
      const path = join(folder, 'broken');
      cpSync(join(folder, 'model'), path, { recursive: true });
      rmSync(join(path, 'projection-weights', 'model.safetensors'));
      await expect(loadOmniCT(path)).rejects.toThrow(
        /projection-weights: holds no weights.*model\.safetensors/,
      );
      rmSync(join(path, 'omnict.json'));
      await expect(loadOmniCT(path)).rejects.toThrow(MissingDataError);
    });

    it('refuses a question longer than the context, and says how long it may be', async () => {
      const question = 'lesion '.repeat(2000);
      await expect(sampleOf(omnict, 'slice', { question })).rejects.toThrow(ConfigError);
      await expect(sampleOf(omnict, 'slice', { question })).rejects.toThrow(/at most 1024/);
    });

    it('leaves out text where it may, never image tokens or the end of the answer', () => {
      const { chat, tokenizer } = omnict.language;
      const layout = omnict.layouts.volume;
      const context = { chat, layout, modality: 'volume' as const, maxTokens: 220, truncate: true };
      const visualCount = layout.globalTokens + layout.organTokens;
      const endOf = ({ ids }: { ids: number[] }, count: number): string =>
        tokenizer.decode(ids.slice(-count), { skipSpecialTokens: false });
      const long = `${'Seen before. '.repeat(300)}Is the liver enlarged?`;
      const turns = Array.from({ length: 30 }, () => ({ question: 'Is it big?', answer: 'no' }));
      const dialogues = [
        [{ question: long, answer: 'yes' }],
        [{ question: 'Report?', answer: 'no lesion. '.repeat(300) }],
        [...turns, { question: 'Is it small?', answer: 'yes' }],
      ];
      for (const dialogue of dialogues) {
        const sequence = buildPrompt(context, dialogue);
        expect(sequence.isCut).toBe(true);
        expect(sequence.ids.length).toBeLessThanOrEqual(context.maxTokens);
        expect(sequence.ids.length).toBeGreaterThan(context.maxTokens / 2);
        expect(sequence.visual.filter((index) => index > 0)).toHaveLength(visualCount);
        expect(sequence.ids.at(-1)).toBe(chat.turnEnd);
        expect(sequence.answers.at(-1)).toBe(sequence.ids.length - 1);
      }
      expect(endOf(buildPrompt(context, dialogues[0] ?? []), 20)).toContain(
        'Is the liver enlarged?<|im_end|>\n<|im_start|>assistant\nyes<|im_end|>',
      );
      expect(() => buildPrompt({ ...context, maxTokens: visualCount }, turns)).toThrow(ConfigError);
    });

    it('learns what the assistant says in every turn', () => {
      const { chat, tokenizer } = omnict.language;
      const history = [{ question: 'Is the liver enlarged?', answer: 'no' }];
      const input = { id: 'a', modality: 'slice' as const, features: undefined, region: undefined };
      const made = (answer?: string): ModelSample =>
        createSample(omnict, { ...input, question: 'Is the heart?', history, answer });
      const { ids, answers } = made('yes').sequence;
      expect(tokenizer.decode(answers.map((i) => ids[i] as number))).toBe('noyes');
      expect(answers.filter((i) => ids[i] === chat.turnEnd)).toHaveLength(2);
      const asked = made().sequence;
      expect(asked.ids).toEqual(ids.slice(0, asked.ids.length));
    });

    it('refuses sizes that do not fit the encoder', async () => {
      const config = {
        ...CONFIG,
        prepare: { ...CONFIG.prepare, size: [6, 100, 100] as [number, number, number] },
      };
      await expect(createOmniCT(config, 1)).rejects.toThrow(ConfigError);
    });
  });
}
