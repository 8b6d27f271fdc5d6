import { Random } from '@omnict/core';
import { loadOnnxRuntime, selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { cpSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  attachLora,
  type CausalDecoder,
  createGenerator,
  type DecoderConfig,
  loadCausalDecoder,
  openOnnxGenerator,
  Phi3ForCausalLM,
  quantizeLanguageModel,
  Qwen2ForCausalLM,
  resolveLanguageModelFolder,
  TextGenerator,
} from '../src';
import { decoderWeights } from '../src/onnx/decoder-weights';
import { OnnxDecoder } from '../src/onnx/onnx-decoder';
import { quantizedFolder } from '../src/onnx/quantize-language-model';
import type { OnnxWeights } from '../src/onnx/onnx-layers';
import { writeOnnxDecoder } from '../src/onnx/write-onnx-decoder';

const SIZES: DecoderConfig = {
  vocabSize: 96,
  hiddenSize: 48,
  intermediateSize: 80,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  numKeyValueHeads: 2,
  headSize: 12, // no multiple of 16: filled up
  maxPositionEmbeddings: 64,
  ropeTheta: 10000,
  rmsNormEps: 1e-6,
  tieWordEmbeddings: true,
};
const factors = (value: number): number[] => new Array<number>(4).fill(value);
const FAMILIES: Record<string, () => CausalDecoder> = {
  'Qwen2, tied head': () => new Qwen2ForCausalLM(SIZES, new Random('qwen')),
  'Qwen2, window, gelu, heads of 16': () =>
    new Qwen2ForCausalLM(
      {
        ...SIZES,
        headSize: 16,
        hiddenAct: 'gelu',
        tieWordEmbeddings: false,
        slidingWindow: 5,
        slidingLayers: [1],
      },
      new Random('window'),
    ),
  'Phi-3, partly turning heads, LongRoPE that is outgrown': () =>
    new Phi3ForCausalLM(
      {
        ...SIZES,
        headSize: 16,
        partialRotaryFactor: 0.5,
        tieWordEmbeddings: false,
        rotaryScaling: {
          kind: 'longrope',
          shortFactor: factors(1),
          longFactor: factors(3),
          originalMaxPositionEmbeddings: 12,
          scale: 1.2,
        },
      },
      new Random('phi'),
    ),
};

const folder = mkdtempSync(join(tmpdir(), 'omnict-onnx-'));
await selectEngine('cpu');
afterAll(() => rmSync(folder, { recursive: true }));

async function written(model: CausalDecoder, weights: OnnxWeights): Promise<string> {
  const target = join(mkdtempSync(join(folder, 'model-')), weights);
  await writeOnnxDecoder(decoderWeights(model), target, { weights });
  return target;
}

/** Prompts of two images with two questions each, of different lengths. */
function prompts(model: CausalDecoder, { shared }: { shared: boolean }) {
  const random = new Random('prompts');
  const attentionMask = Int32Array.from([
    ...[0, 0, 1, 1],
    ...[1, 1, 1, 1],
    ...[0, 1, 1, 1],
    ...[1, 1, 1, 1],
  ]);
  const normal = (shape: [number, number, number]) =>
    tf.tensor3d(
      Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () => random.normal()),
      shape,
    );
  const size = model.hiddenSize;
  return {
    embeddings: normal([4, 4, size]),
    attentionMask,
    ...(shared && { prefix: normal([2, 3, size]) }),
  };
}

const isMissing = await loadOnnxRuntime().then(
  () => false,
  () => true,
);

describe.skipIf(isMissing)(
  'a language model that was quantised (skipped without onnxruntime-node)',
  () => {
    const target = join(folder, 'tiny');
    const weightsFile = join(target, 'model.safetensors');
    cpSync(resolveLanguageModelFolder('qwen2-tiny'), target, { recursive: true });

    it('is found beside its weights until they change, and answers as the one made from memory', async () => {
      const model = await loadCausalDecoder(target);
      const batch = prompts(model, { shared: true });
      const answers = async (options: { folder?: string }) => {
        const generator = await createGenerator(model, { precision: 'int8', ...options });
        const found = await generator.generate(batch, { maxNewTokens: 8, stopIds: [] });
        generator.dispose();
        return found;
      };
      const made = await answers({});
      expect(await quantizedFolder(target, 'int8')).toBeUndefined();
      const kept = await quantizeLanguageModel(target, { weights: 'int8' });
      expect(await quantizedFolder(target, 'int8')).toBe(kept);
      expect(await answers({ folder: target })).toEqual(made);
      writeFileSync(join(kept, 'model.onnx'), 'damaged');
      await expect(answers({ folder: target })).rejects.toThrow(/model\.onnx/);
      const later = new Date(Date.now() + 1000);
      utimesSync(weightsFile, later, later);
      expect(await quantizedFolder(target, 'int8')).toBeUndefined();
      expect(await answers({ folder: target })).toEqual(made);
      attachLora(model, { rank: 2, alpha: 4, targets: ['q_proj'] }, new Random('lora'));
      await expect(answers({})).rejects.toThrow(/adapters.*mergeLora/);
      tf.dispose([batch.embeddings, batch.prefix ?? []]);
      model.dispose();
    });

    it('refuses ids beyond its table and a table of another length', async () => {
      const kept = await quantizeLanguageModel(target, { weights: 'int4' });
      const decoder = await OnnxDecoder.open(kept);
      expect(() => decoder.embed([640])).toThrow(/no row for id 640; expected 0 to 639/);
      await decoder.dispose();
      writeFileSync(join(kept, 'embeddings.bin'), 'short');
      await expect(OnnxDecoder.open(kept)).rejects.toThrow(/has 5 bytes; expected \d+/);
    });
  },
);

describe.skipIf(isMissing).each(Object.entries(FAMILIES))('%s in onnxruntime', (_, create) => {
  const model = create();
  afterAll(() => model.dispose());
  const hasWindow = model.config.slidingWindow !== undefined;

  it.each(hasWindow ? [false] : [false, true])(
    'answers as TextGenerator does, prefix shared: %s',
    async (shared) => {
      const batch = prompts(model, { shared });
      const options = { maxNewTokens: 12, stopIds: [3] };
      const [plain, onnx] = [
        new TextGenerator(model),
        await openOnnxGenerator(await written(model, 'f32')),
      ];
      const expected = await plain.generate(batch, options);
      expect(new Set(expected.flat()).size).toBeGreaterThan(8); // no model that repeats itself
      expect(await onnx.generate(batch, options)).toEqual(expected);
      const sampled = { ...options, temperature: 1.5, seed: 7 };
      expect(await onnx.generate(batch, sampled)).toEqual(await plain.generate(batch, sampled));
      plain.dispose();
      onnx.dispose();
      tf.dispose([batch.embeddings, batch.prefix ?? []]);
    },
  );

  it.each([
    ['f32', 1e-5],
    ['int8', 0.08],
    ['int4', 0.6],
  ] as const)('scores in %s are off by less than a share of %d', async (weights, limit) => {
    const ids = [5, 17, 40, 2, 63, 8, 8, 21, 90];
    const decoder = await OnnxDecoder.open(await written(model, weights));
    const cache = decoder.createCache(1, ids.length);
    const found = await decoder.run(decoder.embed(ids), {
      cache,
      lastPlaces: [ids.length - 1],
      isLong: false,
    });
    const expected = tf.tidy(() => {
      const { hidden } = model.forward({
        embeddings: model.embed(tf.tensor2d(ids, [1, ids.length], 'int32')),
        positions: tf.tensor2d([...ids.keys()], [1, ids.length], 'int32'),
        attentionMask: tf.ones([1, ids.length], 'int32'),
      });
      return model.logits(hidden.reshape([-1, model.hiddenSize])).slice([ids.length - 1]);
    });
    const values = await expected.data();
    expected.dispose();
    const rms = (list: ArrayLike<number>): number =>
      Math.sqrt(Array.from(list, (v) => v * v).reduce((a, b) => a + b) / list.length);
    const error = rms(found.map((value, i) => value - (values[i] as number))) / rms(values);
    expect(error).toBeLessThan(limit);
    if (weights !== 'f32') expect(error).toBeGreaterThan(1e-4); // it is rounded
    await decoder.dispose();
  });
});
