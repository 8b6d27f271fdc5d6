import { Random } from '@omnict/core';
import type { EvalQuestion } from '../questions/eval-question';
import { mismatchImages } from './mismatch';
import { rotateOptions } from './option-shuffle';
import { paraphraseQuestions } from './paraphrase';

/** Ways to ask a task's questions; the paper's Table 14 has the first three. */
export const CONDITIONS = [
  'normal',
  'mismatch',
  'noise',
  'no-image',
  'option-shuffle',
  'paraphrase',
] as const;

/** One of the ways. */
export type Condition = (typeof CONDITIONS)[number];

/** How a condition's titles read in tables. */
export const CONDITION_TITLES: Readonly<Record<Condition, string>> = {
  normal: 'Normal',
  mismatch: 'Mismatch',
  noise: 'Noise',
  'no-image': 'No image',
  'option-shuffle': 'Option shuffle',
  paraphrase: 'Paraphrase',
};

/**
 * The questions of a condition. Noise is made where images are read: here the questions lose their masks.
 *
 * @param seed of the mismatch
 * @throws ConfigError when images cannot be mismatched
 */
export function questionsOfCondition(
  questions: readonly EvalQuestion[],
  condition: Condition,
  seed: number,
): readonly EvalQuestion[] {
  switch (condition) {
    case 'normal':
      return questions;
    case 'noise': // the image's own mask would tell where the organ was
      return questions.map((question) => withoutMask(question));
    case 'mismatch':
      return mismatchImages(questions, new Random(`mismatch/${seed}`));
    case 'no-image':
      return questions.map((question) => ({ ...withoutMask(question), image: null }));
    case 'option-shuffle':
      return rotateOptions(questions);
    case 'paraphrase':
      return paraphraseQuestions(questions);
  }
}

function withoutMask({ mask: _, ...question }: EvalQuestion): EvalQuestion {
  return question;
}
