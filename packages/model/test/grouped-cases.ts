import { Random } from '@omnict/core';
import { type EngineName, type NamedTensors, selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  answerSamples,
  byImage,
  chooseQuestionsPerImage,
  collate,
  collateByImage,
  countQuestions,
  createOmniCT,
  createSample,
  type ModelSample,
  sampleSize,
  type OmniCT,
} from '../src/index';

const QUESTIONS = [
  'Which organ has a lesion? Choices: A. liver B. spleen C. lungs D. kidneys',
  'Is there a lesion in the liver?',
  'How many lesions are there?',
];
const ANSWERS = ['yes', 'B. spleen', 'There are two lesions in the left lung.'];

async function modelWith(strategy: 'none' | 'adaptive'): Promise<OmniCT> {
  return createOmniCT(
    {
      prepare: { window: [-1000, 1000], size: [6, 108, 108] },
      model: {
        encoder: 'siglip-tiny',
        llm: 'qwen2-tiny',
        vision: true,
        sce: true,
        tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
        unshuffle: { slice: 3, volume: 3 },
        ose: { strategy, tokens2d: 9, tokens3d: 8 },
      },
    },
    3,
  );
}

/** Questions about random images, as many as each is said to have. */
function samplesOf(
  omnict: OmniCT,
  random: Random,
  { slices, volumes, answered }: { slices: number[]; volumes: number[]; answered: boolean },
): ModelSample[] {
  const of = (modality: 'slice' | 'volume', counts: number[]): ModelSample[] =>
    counts.flatMap((count, image) => {
      const units = modality === 'slice' ? 1 : 2;
      const features = Float32Array.from({ length: units * 12 ** 2 * 96 }, () => random.normal());
      const shape = [units === 1 ? 1 : 6, 108, 108] as [number, number, number];
      const data = new Uint8Array(shape[0] * 108 * 108);
      data.fill(5, 0, 108 * (10 + random.integer(90)));
      return Array.from({ length: count }, (_, question) =>
        createSample(omnict, {
          id: `${modality}-${image}-${question}`,
          image: String(image),
          modality,
          question: QUESTIONS[random.integer(3)] as string,
          answer: answered ? ANSWERS[random.integer(3)] : undefined,
          features,
          region: random.uniform() < 0.7 ? { mask: { data, shape }, labels: [5] } : undefined,
        }),
      );
    });
  return [...of('slice', slices), ...of('volume', volumes)];
}

function normOf(tensor: tf.Tensor): number {
  return tf.norm(tensor).dataSync()[0] as number;
}

/** Batches with shared prefixes on one engine, against whole sequences. */
export function describeGroupedBatches(engine?: EngineName): void {
  describe(`images with their questions on ${engine ?? 'the best engine here'}`, () => {
    beforeAll(async () => {
      await selectEngine(engine);
    });

    it.each(['none', 'adaptive'] as const)(
      'have the loss and gradients of whole sequences, organ tokens %s',
      async (strategy) => {
        const omnict = await modelWith(strategy);
        const { model } = omnict;
        const { visualTokens } = model;
        const parameters = model.namedParameters();
        const random = new Random(`grouped/${strategy}`);
        const count = (most: number): number[] =>
          Array.from({ length: random.integer(most + 1) }, () => 1 + random.integer(3));
        for (let round = 0; round < 4; round++) {
          const slices = count(2);
          const volumes = slices.length === 0 ? [2] : count(2);
          const samples = random.shuffle(
            samplesOf(omnict, random, { slices, volumes, answered: true }),
          );
          const side = round % 2 === 0 ? 'right' : 'left';
          const whole = collate(samples, {
            side,
            lengthMultiple: 1 + random.integer(16),
            visualTokens,
          });
          const grouped = collateByImage(byImage(samples), {
            side,
            lengthMultiple: 8,
            visualTokens,
            questionsPerImage: { slice: 3, volume: 3 },
          } as const);
          const recomputeLayers = round === 3;
          const run = (inputs: NamedTensors) =>
            tf.variableGrads(
              () => model.answerLoss(inputs, { recomputeLayers }),
              [...parameters.values()],
            );
          const expected = run(model.tensors(whole));
          const actual = run(model.tensors(grouped));
          const loss = expected.value.dataSync()[0] as number;
          expect(Math.abs((actual.value.dataSync()[0] as number) - loss) / loss).toBeLessThan(1e-5);
          const joint = Math.hypot(...Object.values(expected.grads).map(normOf));
          for (const [name, variable] of parameters) {
            const wanted = expected.grads[variable.name] as tf.Tensor | undefined;
            const found = actual.grads[variable.name] as tf.Tensor | undefined;
            expect(found === undefined, name).toBe(wanted === undefined);
            if (wanted === undefined || found === undefined) continue; // the other kind's expert
            // Rounding is felt most in small gradients: they count less in the step, too.
            const scale = Math.max(normOf(wanted), 0.1 * joint);
            const difference = normOf(tf.sub(found, wanted));
            expect(difference / scale, name).toBeLessThan(3e-5);
          }
        }
      },
    );

    it.each(['none', 'adaptive'] as const)(
      'have the answers of whole prompts, organ tokens %s',
      async (strategy) => {
        const omnict = await modelWith(strategy);
        const random = new Random('answers');
        const samples = random.shuffle(
          samplesOf(omnict, random, { slices: [3, 1], volumes: [2, 4], answered: false }),
        );
        const options = { batchSize: 4, maxNewTokens: 5 };
        const alone = await answerSamples(omnict, samples, { ...options, groupByImage: false });
        expect(await answerSamples(omnict, samples, options)).toEqual(alone);
        expect(new Set(alone).size).toBeGreaterThan(1);
      },
    );

    it('are as many as compute the fewest tokens', async () => {
      const omnict = await modelWith('adaptive');
      const random = new Random('counts');
      const chosen = (slices: number[], volumes: number[]) =>
        chooseQuestionsPerImage(
          countQuestions(
            samplesOf(omnict, random, { slices, volumes, answered: true }).map((sample) => ({
              ...sampleSize(sample),
              image: sample.image,
            })),
            ({ image }) => image,
          ),
          { slice: 4, volume: 4 },
        );
      expect(chosen([3, 3], [8])).toEqual({ slice: 3, volume: 4 });
      // One image with many questions among many with one: filling up would cost more than it saves.
      expect(chosen([4, ...new Array<number>(20).fill(1)], [])).toEqual({ slice: 1, volume: 1 });
    });
  });
}
