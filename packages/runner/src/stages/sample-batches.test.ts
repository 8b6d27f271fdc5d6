import { type Modality, Random } from '@omnict/core';
import { collate, createOmniCT, createSample, type ModelSample, type OmniCT } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { train, type TrainStageConfig } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableOf } from '../../test/sample-table';
import { sampleBatches } from './sample-batches';

const folder = mkdtempSync(join(tmpdir(), 'omnict-batches-'));
const CONFIG: TrainStageConfig = {
  learningRate: 1e-3,
  epochs: 1,
  batchSize: 6,
  warmupRatio: 0,
  weightDecay: 0,
  maxGradientNorm: 1,
  checkpointEvery: 2,
};
const QUESTIONS = [
  ['Is there a lesion in the liver?', 'no'],
  ['Which organ has a lesion? Choices: A. liver B. spleen', 'B. spleen'],
] as const;

async function modelAndSamples(): Promise<{ omnict: OmniCT; samples: ModelSample[] }> {
  const omnict = await createOmniCT(
    {
      prepare: { window: [-1000, 1000], size: [6, 108, 108] },
      model: {
        encoder: 'siglip-tiny',
        llm: 'qwen2-tiny',
        vision: true,
        sce: true,
        tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
        unshuffle: { slice: 3, volume: 3 },
        ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 8 },
      },
    },
    3,
  );
  const random = new Random('batches');
  const images: [Modality, number][] = [
    ...Array.from({ length: 5 }, (): [Modality, number] => ['slice', 2]),
    ...Array.from({ length: 4 }, (): [Modality, number] => ['volume', 3]),
  ];
  const samples = images.flatMap(([modality, count], image) => {
    const length = (modality === 'slice' ? 1 : 2) * 12 ** 2 * 96;
    const features = Float32Array.from({ length }, () => random.normal());
    return Array.from({ length: count }, (_, index) => {
      const [question, answer] = QUESTIONS[random.integer(2)] as (typeof QUESTIONS)[number];
      return createSample(omnict, {
        id: `${image}/${index}`,
        image: String(image),
        modality,
        question,
        answer,
        features,
        region: undefined,
      });
    });
  });
  return { omnict, samples };
}

describe('sampleBatches', () => {
  beforeAll(async () => {
    await selectEngine();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('uploads batches with the loss of their samples, few shapes among them', async () => {
    const { omnict, samples } = await modelAndSamples();
    const { model } = omnict;
    const { images, batchOf } = await sampleBatches(omnict, tableOf(samples), {
      config: CONFIG,
      seed: 1,
    });
    expect(images?.questionsPerImage).toEqual({ slice: 2, volume: 3 });
    const groups = [[0, 1], [8], [12, 10]];
    const inputs = await batchOf(groups.flat(), groups);
    const whole = collate(
      groups.flat().map((index) => samples[index] as ModelSample),
      { side: 'right', lengthMultiple: 1, visualTokens: model.visualTokens },
    );
    const [actual, wanted] = [inputs, model.tensors(whole)].map(
      (batch) => tf.tidy(() => model.answerLoss(batch)).dataSync()[0] as number,
    ) as [number, number];
    expect(Math.abs(actual - wanted) / wanted).toBeLessThan(1e-5);
  });

  it('are trained on to the same bits, stopped or not', async () => {
    const run = async (checkpoints: string, stopAfter: number): Promise<Float32Array[]> => {
      const { omnict, samples } = await modelAndSamples();
      const { model } = omnict;
      const batches = await sampleBatches(omnict, tableOf(samples), { config: CONFIG, seed: 1 });
      const parameters = model.projector.namedParameters();
      const start = [...parameters.values()].map((variable) => variable.clone());
      const stop = new AbortController();
      const learn = (signal?: AbortSignal) =>
        train({
          config: CONFIG,
          seed: 1,
          parameters,
          checkpoints: join(folder, checkpoints),
          loss: (inputs) => model.answerLoss(inputs),
          ...batches,
          onStep: ({ step }) => step === stopAfter && stop.abort(),
          ...(signal && { signal }),
        });
      if (stopAfter > 0) {
        await expect(learn(stop.signal)).rejects.toThrow();
        [...parameters.values()].forEach((variable, i) => variable.assign(start[i] as tf.Tensor));
      }
      await learn();
      return [...parameters.values()].map((variable) => variable.dataSync() as Float32Array);
    };
    const whole = await run('whole', 0);
    expect(await run('stopped', 1)).toEqual(whole);
  });
});
