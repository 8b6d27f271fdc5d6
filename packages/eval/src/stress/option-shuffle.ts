import type { EvalQuestion } from '../questions/eval-question';
import { reduceRepeats } from '../scoring/repeats';

/** Stands between a question's id and the number of its rotation. */
const SEPARATOR = '#rotation-';

/**
 * Asks each multiple-choice question once for every rotation of its options; other questions are left
 * out. A model that prefers a letter is right in some of them only.
 */
export function rotateOptions(questions: readonly EvalQuestion[]): EvalQuestion[] {
  return questions.flatMap((question) => {
    const { options = [], id } = question;
    return options.map((_, rotation) => ({
      ...question,
      id: `${id}${SEPARATOR}${rotation}`,
      options: [...options.slice(rotation), ...options.slice(0, rotation)],
    }));
  });
}

/** Accuracy over rotations. */
export interface CircularScores {
  /** Questions. */
  count: number;
  /** Share of rotations answered right. */
  mean: number;
  /** Share of questions answered right in every rotation: CircularEval. */
  all: number;
}

/** Puts the rotations of each question together again. @see Liu et al. (2023), MMBench */
export function circularScores(
  samples: readonly { id: string; isCorrect: boolean }[],
): CircularScores {
  const rotations = samples.map(({ id, isCorrect }) => ({
    id: id.split(SEPARATOR)[0] ?? id,
    statistics: [isCorrect ? 1 : 0],
  }));
  const right = samples.filter(({ isCorrect }) => isCorrect).length;
  const questions = reduceRepeats(rotations, 'min');
  const inAll = questions.filter(({ statistics: [value] }) => value === 1).length;
  return {
    count: questions.length,
    mean: right / samples.length,
    all: inAll / questions.length,
  };
}
