import type { QuestionRecord } from '@omnict/core';
import { generatePhantomCT } from '@omnict/phantom';
import { join } from 'node:path';

/** A phantom that one can ask about, with the truth. */
export interface Example {
  name: string;
  title: string;
  modality: 'slice' | 'volume';
  image: string;
  mask: string;
  /** Questions with their true answers. */
  questions: Pick<QuestionRecord, 'question' | 'answer' | 'organ' | 'organLabels' | 'options'>[];
}

/** Images of each kind. */
const COUNT = 3;

/** Phantoms no preset was trained on: their seed is none of the experiments'. */
const SEED = 20261129;

/** Makes the example phantoms below a folder. */
export async function makeExamples(folder: string): Promise<Example[]> {
  const none = { slices: 0, volumes: 0 };
  const records = await generatePhantomCT({
    seed: SEED,
    folder,
    questionsPerVolume: 8,
    questionsPerSlice: 6,
    splits: { train: none, validation: none, test: { slices: COUNT, volumes: COUNT } },
  });
  const images = new Map<string, QuestionRecord[]>();
  for (const record of records) {
    images.set(record.image, [...(images.get(record.image) ?? []), record]);
  }
  const counts = { slice: 0, volume: 0 };
  const examples = [...images.values()].map((questions): Example => {
    const { image, mask = '', modality } = questions[0] as QuestionRecord;
    const number = ++counts[modality];
    return {
      name: `${modality}-${number}`,
      title: `Phantom ${modality} ${number}`,
      modality,
      image: join(folder, image),
      mask: join(folder, mask),
      questions: questions.map(({ question, answer, organ, organLabels, options }) => ({
        question,
        answer,
        organ,
        organLabels,
        options,
      })),
    };
  });
  return examples.sort((a, b) =>
    a.modality === b.modality ? 0 : a.modality === 'volume' ? -1 : 1,
  );
}
