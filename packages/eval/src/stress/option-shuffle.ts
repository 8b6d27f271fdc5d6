import type { EvalQuestion } from '../questions/eval-question';

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
  const byQuestion = new Map<string, boolean[]>();
  for (const { id, isCorrect } of samples) {
    const [question = id] = id.split(SEPARATOR);
    byQuestion.set(question, [...(byQuestion.get(question) ?? []), isCorrect]);
  }
  const questions = [...byQuestion.values()];
  const right = samples.filter(({ isCorrect }) => isCorrect).length;
  return {
    count: questions.length,
    mean: right / samples.length,
    all: questions.filter((rotations) => rotations.every(Boolean)).length / questions.length,
  };
}
