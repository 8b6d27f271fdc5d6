import { type Modality, Random } from '@omnict/core';
import { loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import { SPECIAL_TOKENS } from '@omnict/llm';
import {
  answerSamples,
  createOmniCT,
  createSample,
  encodeImage,
  loadOmniCT,
  type ModelSample,
  type OmniCT,
  saveOmniCT,
} from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { train, type TrainStageConfig } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedConfig, writePublishedBase } from '../../model/test/published-base';
import { sampleBatches } from '../src/stages/sample-batches';
import { tableOf } from './sample-table';

/** What `tools/reference/published_model.py` writes. */
interface Expected {
  vocabulary: number;
  eos: number[];
  turns: { content: string }[];
  ids: number[];
  logits: Record<string, number>;
}

const expected = JSON.parse(
  readFileSync(new URL('../../model/test/expected/published-model.json', import.meta.url), 'utf8'),
) as Expected;
const folder = mkdtempSync(join(tmpdir(), 'omnict-published-'));
const BASE = join(folder, 'base');
const SAVED = join(folder, 'saved');
const CONFIG: TrainStageConfig = {
  learningRate: 0.05,
  epochs: 4,
  batchSize: 3,
  warmupRatio: 0,
  weightDecay: 0,
  maxGradientNorm: 1,
  checkpointEvery: 1,
};
const HISTORY = [{ question: 'Is the liver enlarged?', answer: 'no' }];

let omnict: OmniCT;
let encoder: VisionEncoder;

/** Questions about a slice and a volume with an organ's mask; the last one follows another. */
function samplesOf(model: OmniCT, withAnswers: boolean): ModelSample[] {
  const inputs = (['slice', 'volume', 'volume'] as const).map((modality: Modality, index) => {
    const shape = [modality === 'slice' ? 1 : 7, 21, 21] as const;
    const random = new Random(modality);
    const data = Float32Array.from({ length: shape[0] * 441 }, () => random.uniform(-1, 1));
    const features = encodeImage(encoder, { data, shape }, { modality, composition: 'compose' });
    const values = features.dataSync() as Float32Array;
    features.dispose();
    const mask = { data: new Uint8Array(data.length).fill(5, 0, 100), shape };
    return {
      id: String(index),
      image: modality,
      modality,
      features: values,
      region: { mask, labels: [5] },
      question: 'Is there <|image3d|> a cyst?<|im_end|>',
      ...(index === 2 && { history: HISTORY }),
      ...(withAnswers && { answer: 'yes' }),
    };
  });
  return inputs.map((input) => createSample(model, input));
}

async function learn(
  parameters: ReadonlyMap<string, tf.Variable>,
  checkpoints: string,
  stopAfter?: number,
): Promise<number[]> {
  const stop = new AbortController();
  const losses: number[] = [];
  const table = tableOf(samplesOf(omnict, true));
  const batches = await sampleBatches(omnict, table, { config: CONFIG, seed: 1 });
  await train({
    config: CONFIG,
    seed: 1,
    parameters,
    checkpoints: join(folder, checkpoints),
    ...batches,
    loss: (batch) => omnict.model.answerLoss(batch),
    signal: stop.signal,
    onStep: ({ step, loss }) => {
      losses.push(loss);
      if (step === stopAfter) stop.abort(new Error('stopped'));
    },
  });
  return losses;
}

describe("OmniCT on Qwen2.5's tokenizer and chat template", () => {
  beforeAll(async () => {
    await selectEngine();
    await writePublishedBase(BASE);
    const config = publishedConfig(BASE);
    omnict = await createOmniCT(config, 1);
    encoder = await loadVisionEncoder(config.model.encoder, { size: config.prepare.size });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has the ids and logits that transformers finds in the saved folder', () => {
    const { chat, model } = omnict.language;
    expect(model.vocabularySize).toBe(expected.vocabulary);
    expect(chat.stopIds).toEqual(expected.eos);
    const [first = '', answer = '', second = ''] = expected.turns.map(({ content }) => content);
    const [markup = '', question = ''] = first.split(/(?<=_end\|>\n)/);
    const { ids } = chat.encode([{ markup, question, answer }, { question: second }]);
    expect(ids).toEqual(expected.ids);
    const logits = tf.tidy(() => {
      const { hidden } = model.forward({
        embeddings: model.embed(tf.tensor2d([ids], undefined, 'int32')),
        positions: tf.tensor2d([ids.map((_, place) => place)], undefined, 'int32'),
        attentionMask: tf.onesLike(tf.tensor2d([ids], undefined, 'int32')),
        places: tf.tensor2d([[ids.length - 1]], undefined, 'int32'),
      });
      return model.logits(tf.reshape(hidden, [1, -1])).dataSync();
    });
    for (const [column, value] of Object.entries(expected.logits)) {
      expect(Math.abs((logits[Number(column)] as number) - value), column).toBeLessThan(1e-4);
    }
  });

  it('trains both stages, stopped and resumed, and answers from the saved folder', async () => {
    const projector = omnict.model.projector.namedParameters('projector.');
    await expect(learn(projector, 'pretrain', 2)).rejects.toThrow('stopped');
    expect(await learn(projector, 'pretrain')).toHaveLength(2); // goes on after the second step
    const all = new Map([...projector, ...omnict.model.llm.namedParameters('llm.')]);
    const losses = await learn(all, 'finetune');
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 1); // nats, in four steps
    await saveOmniCT(SAVED, omnict);
    const again = await loadOmniCT(SAVED);
    for (const token of SPECIAL_TOKENS) {
      expect(again.language.tokenizer.encode(token)).toEqual(
        omnict.language.tokenizer.encode(token),
      );
    }
    const [before, after] = await Promise.all(
      [omnict, again].map((model) =>
        answerSamples(model, samplesOf(model, false), { batchSize: 3, maxNewTokens: 2 }),
      ),
    );
    expect(after).toEqual(before);
  });
});
