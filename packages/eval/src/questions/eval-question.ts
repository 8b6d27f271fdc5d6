import type { Question } from '@omnict/core';
import type { PredictionRow } from '../score-file/prediction-row';

/** A question with what its answer is compared and grouped by. */
export interface EvalQuestion extends Question {
  /** Text of the right option, yes or no, or the reference text. */
  answer: string;
  taskType: string;
  category?: string;
  /** What answering needs; tasks select their columns by it. */
  capability?: string;
  /** Dataset the question comes from. */
  source?: string;
  /** Patient or volume. */
  cluster?: string;
  /** The same question in other words, for the stress test. */
  paraphrases?: readonly string[];
}

/** An answered question as metrics see it. */
export function predictionRow(question: EvalQuestion, prediction: string): PredictionRow {
  const { id, answer, options, organ, taskType, category, modality, cluster } = question;
  return {
    id,
    prediction,
    references: [answer],
    answer,
    taskType,
    modality,
    ...(options !== undefined && { options }),
    ...(organ !== undefined && { organ }),
    ...(category !== undefined && { category }),
    ...(cluster !== undefined && { cluster }),
  };
}
