import type { Question } from '@omnict/core';
import type { PredictionRow } from '../scoring/prediction-row';

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
  /** All else that its record says in a word, skill and mechanism for instance, to group by. */
  fields?: Readonly<Record<string, string>>;
  /** Patient or volume. */
  cluster?: string;
  /** The same question in other words, for the stress test. */
  paraphrases?: readonly string[];
}

/** Makes an answered question into what metrics see. */
export function predictionRow(question: EvalQuestion, prediction: string): PredictionRow {
  const { id, answer, cluster, organ, taskType, category, modality, capability, source } = question;
  const options = question.options ?? question.answers;
  return {
    id,
    prediction,
    references: [answer],
    answer,
    ...(options !== undefined && { options }),
    ...(cluster !== undefined && { cluster }),
    fields: {
      ...question.fields,
      modality,
      ...(organ !== undefined && { organ }),
      taskType,
      ...(category !== undefined && { category }),
      ...(capability !== undefined && { capability }),
      ...(source !== undefined && { source }),
    },
  };
}

/** Makes an answered question into a line of a predictions file: all that `omnict score` needs of it. */
export function predictionLine(question: EvalQuestion, prediction: string): object {
  const { id, fields, references, options, answer, cluster } = predictionRow(question, prediction);
  return {
    id,
    prediction,
    reference: references[0],
    options,
    answer,
    cluster,
    ...fields,
    question: question.question,
  };
}
