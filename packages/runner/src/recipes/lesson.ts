import { answerSamples, collate, type EncodedOmniCT, type ModelSample } from '@omnict/model';
import { type Modality, Random } from '@omnict/core';
import type { NamedTensors } from '@omnict/nn';
import { type StepReport, train, type TrainStageConfig } from '@omnict/train';
import type * as tf from '@tensorflow/tfjs-core';

/** A question to learn from or to be tested with. */
export interface Lesson {
  modality: Modality;
  answer: string;
  /** Its form for the model. */
  sample: (withAnswer: boolean) => ModelSample;
}

/** How lessons are learnt. */
export interface LessonOptions {
  config: TrainStageConfig;
  seed: number;
  parameters: ReadonlyMap<string, tf.Variable>;
  /** Lessons set aside. */
  heldOut: number;
  onStep: (report: StepReport) => void;
}

/**
 * Trains on lessons and asks those set aside.
 *
 * @returns share of held-out questions answered word for word
 */
export async function learn(
  omnict: EncodedOmniCT,
  lessons: readonly Lesson[],
  { config, seed, parameters, heldOut, onStep }: LessonOptions,
): Promise<number> {
  const shuffled = new Random(3).shuffle([...lessons]);
  const test = shuffled.slice(0, heldOut);
  const samples = shuffled.slice(heldOut).map(({ sample }) => sample(true));
  const { model } = omnict;
  const visualTokens = omnict.config.model.vision ? model.visualTokens : { slice: 0, volume: 0 };
  await train({
    config,
    seed,
    modalities: samples.map(({ modality }) => modality),
    parameters: new Map(parameters),
    loss: (inputs) => model.answerLoss(inputs),
    batchOf: (indices): NamedTensors =>
      model.tensors(
        collate(
          indices.map((index) => samples[index] as ModelSample),
          { side: 'right', lengthMultiple: 32, visualTokens },
        ),
      ),
    onStep,
  });
  const answers = await answerSamples(
    omnict,
    test.map(({ sample }) => sample(false)),
    { batchSize: 50, maxNewTokens: 48 },
  );
  return answers.filter((answer, index) => answer === test[index]?.answer).length / test.length;
}
