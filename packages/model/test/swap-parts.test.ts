import { loadVisionEncoder } from '@omnict/encoding';
import { JsonTokenizer, loadLanguageModel, Phi3ForCausalLM, saveLanguageModel } from '@omnict/llm';
import { Random, type Volume } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerSamples,
  collate,
  createOmniCT,
  createSample,
  disposeOmniCT,
  encodeImage,
  layoutProblems,
  type ModelConfig,
  type OmniCT,
  openOmniCT,
  saveOmniCT,
} from '../src/index';

/** Small random checkpoints, one of each architecture. */
const EXPECTED = fileURLToPath(new URL('./expected', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'omnict-swap-'));
const PHI3 = join(scratch, 'phi3');

/** Phi-4-mini's chat template, without its part for tools. */
const PHI_TEMPLATE = `{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}`;

/** A tokenizer as Phi-4-mini has it, of few words: its turns and their ends, and no token of ours. */
function phiTokenizer({ json }: JsonTokenizer): JsonTokenizer {
  const { model, ...rest } = json as { model: { vocab: Record<string, number> } };
  const words = Object.entries(model.vocab).filter(([word]) => !word.startsWith('<|'));
  const vocab = Object.fromEntries(words.map(([word], id) => [word, id]));
  const special = ['endoftext', 'assistant', 'end', 'user', 'system'].map((name, index) => ({
    id: words.length + index,
    content: `<|${name}|>`,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  return new JsonTokenizer(
    { ...rest, model: { ...model, vocab }, added_tokens: special },
    { chat_template: PHI_TEMPLATE, eos_token: '<|endoftext|>', pad_token: '<|endoftext|>' },
  );
}

beforeAll(async () => {
  await selectEngine();
  const { tokenizer: tiny, model } = await loadLanguageModel('qwen2-tiny');
  const tokenizer = phiTokenizer(tiny);
  const phi3 = new Phi3ForCausalLM(
    {
      ...model.config,
      vocabSize: tokenizer.vocabularySize + 3, // fewer rows than OmniCT's tokens need
      numHiddenLayers: 2,
      partialRotaryFactor: 0.75,
      rotaryScaling: {
        kind: 'longrope',
        shortFactor: new Array<number>(9).fill(1),
        longFactor: new Array<number>(9).fill(2),
        originalMaxPositionEmbeddings: 512,
        scale: 1.1,
      },
    },
    new Random('phi3'),
  );
  await saveLanguageModel(PHI3, { model: phi3, tokenizer });
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** Image sizes that each encoder takes, and the tokens of slice and volume that come of them. */
const CASES = [
  { encoder: 'siglip', size: [7, 21, 21], block: 3, tokens: { slice: 9, volume: 2 } },
  { encoder: 'dinov3', size: [6, 16, 16], block: 2, tokens: { slice: 16, volume: 2 * 4 } },
  { encoder: 'videomae', size: [6, 16, 16], block: 2, tokens: { slice: 16, volume: 3 * 4 } },
  { encoder: 'videomae-v2', size: [6, 16, 16], block: 2, tokens: { slice: 16, volume: 3 * 4 } },
  { encoder: 'm3d-clip', size: [4, 16, 16], block: 2, tokens: { slice: 4, volume: 2 } },
  { encoder: 'wan-vae', size: [9, 16, 16], block: 2, tokens: { slice: 16, volume: 3 * 4 } },
] as const;

describe.each(['qwen2-tiny', 'phi3'])('language model %s', (llm) => {
  it.each(CASES)(
    'learns and answers with encoder $encoder',
    async ({ encoder: name, size, block, tokens }) => {
      const model: ModelConfig = {
        encoder: join(EXPECTED, name),
        llm: llm === 'phi3' ? PHI3 : llm,
        vision: true,
        sce: true,
        tpe: { depthWidth: 4, heightWidth: 4, widthWidth: 4, base: 100 },
        unshuffle: { slice: 1, volume: block },
        ose: { strategy: 'native', tokens2d: 4, tokens3d: 4 },
      };
      const prepare = { window: [-1000, 1000], size: [...size] } as OmniCT['config']['prepare'];
      const encoder = await loadVisionEncoder(model.encoder, { size: prepare.size });
      const omnict = await createOmniCT({ model, prepare }, 1);
      const { chat, tokenizer } = omnict.language;
      expect(chat.turnEnd).toBe(tokenizer.tokenId(llm === 'phi3' ? '<|end|>' : '<|im_end|>'));
      expect(omnict.layouts.slice.globalTokens).toBe(tokens.slice);
      expect(omnict.layouts.volume.globalTokens).toBe(tokens.volume);

      const samples = (['slice', 'volume'] as const).map((modality) => {
        const [depth, height, width] = size;
        const shape = [modality === 'slice' ? 1 : depth, height, width] as const;
        const random = new Random(`${name}/${modality}`);
        const data = Float32Array.from({ length: shape[0] * height * width }, () =>
          random.uniform(-1, 1),
        );
        const features = encodeImage(
          encoder,
          { data, shape },
          { modality, composition: 'compose' },
        );
        expect(features.shape.slice(0, 3)).toEqual([...omnict.layouts[modality].featureGrid]);
        const values = features.dataSync() as Float32Array;
        features.dispose();
        return { id: modality, modality, features: values, region: undefined };
      });
      const batch = collate(
        samples.map((sample) =>
          createSample(omnict, { ...sample, question: 'Is it enlarged?', answer: 'yes' }),
        ),
        { side: 'right', lengthMultiple: 8, visualTokens: omnict.model.visualTokens },
      );
      const inputs = omnict.model.tensors(batch);
      const optimizer = tf.train.adam(0.01);
      const losses = Array.from({ length: 20 }, () => {
        const loss = optimizer.minimize(
          () => omnict.model.answerLoss(inputs),
          true,
          omnict.model.parameters(),
        );
        return (loss as tf.Scalar).dataSync()[0] as number;
      });
      expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
      const answers = await answerSamples(
        omnict,
        samples.map((sample) => createSample(omnict, { ...sample, question: 'Is it enlarged?' })),
        { batchSize: 2, maxNewTokens: 3 },
      );
      expect(answers).toEqual(['yes', 'yes']);
      encoder.dispose();
      disposeOmniCT(omnict);
    },
  );
});

/** Table 10: SigLIP for slices and M3D-CLIP for volumes, each with an image size and a projection of its own. */
it('learns, answers, is saved and opened again with two towers', async () => {
  const config = {
    model: {
      encoder: join(EXPECTED, 'siglip'),
      volumeEncoder: join(EXPECTED, 'm3d-clip'),
      llm: 'qwen2-tiny',
      vision: true,
      projection: 'separate' as const,
      tpe: { depthWidth: 4, heightWidth: 4, widthWidth: 4, base: 100 },
      unshuffle: { slice: 1, volume: 2 },
      ose: { strategy: 'native', tokens2d: 4, tokens3d: 4 },
    },
    prepare: {
      window: [-1000, 1000] as [number, number],
      size: [7, 21, 21] as [number, number, number],
      volumeSize: [4, 16, 16] as [number, number, number],
    },
  };
  expect(await layoutProblems(config)).toEqual([]);
  const shared = { ...config, model: { ...config.model, projection: 'shared' as const } };
  expect(await layoutProblems(shared)).toEqual([
    expect.stringMatching(/^model\.projection: slices have \d+ features a token and volumes \d+/),
  ]);
  const small = { ...config, prepare: { ...config.prepare, volumeSize: undefined } };
  expect(await layoutProblems(small)).toEqual([
    expect.stringMatching(/^prepare\.volumeSize: images are 21 x 21, .*m3d-clip.*16 x 16/),
  ]);
  const omnict = await createOmniCT(config, 1);
  const { slice, volume } = omnict.layouts;
  expect([slice.globalTokens, volume.globalTokens]).toEqual([9, 2]);
  expect(omnict.encoders.slice.takes).toBe('units');
  expect(omnict.encoders.volume.takes).toBe('volume');

  const folder = join(scratch, 'two-towers');
  await saveOmniCT(folder, omnict);
  const opened = await openOmniCT(folder);
  const voxels = (depth: number) => ({
    data: Float32Array.from({ length: depth * 400 }, (_, index) => (index % 97) - 40),
    shape: [depth, 20, 20] as const,
    spacing: [1, 1, 1] as const,
    origin: [0, 0, 0] as const,
    unit: 'HU' as const,
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] as const,
  });
  for (const [depth, tokens] of [
    [1, 9],
    [8, 2],
  ] as const) {
    const answer = await opened.ask({
      image: voxels(depth) as unknown as Volume,
      question: 'Is it enlarged?',
      choices: ['yes', 'no'],
    }).result;
    expect(answer.tokens.image).toBe(tokens);
    expect(['yes', 'no']).toContain(answer.text);
  }
  opened.dispose();
  disposeOmniCT(omnict);
});
