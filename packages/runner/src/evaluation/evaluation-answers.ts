import { type Condition, readJsonLines } from '@omnict/eval';
import { existsSync } from 'node:fs';
import { taskFiles } from './evaluation-files';

/** An answer with its question and what the rules made of it. */
export interface EvaluationAnswer {
  id: string;
  modality: string;
  organ?: string;
  taskType: string;
  category?: string;
  question: string;
  options?: readonly string[];
  reference: string;
  prediction: string;
  /** Null for an open question. */
  correct: boolean | null;
}

/** Reads the answers to a task under a condition, right or wrong as they were scored. */
export async function evaluationAnswers(
  output: string,
  condition: Condition,
  task: string,
): Promise<EvaluationAnswer[]> {
  const files = taskFiles(output, condition, task);
  const verdicts = new Map<string, boolean | null>();
  if (existsSync(files.samples)) {
    for await (const { row } of readJsonLines(files.samples)) {
      const { id, scores } = row as { id: string; scores: Record<string, number | null> };
      const score = scores['accuracy'] ?? null;
      verdicts.set(id, score === null ? null : score === 1);
    }
  }
  const answers: EvaluationAnswer[] = [];
  for await (const { row } of readJsonLines(files.predictions)) {
    const answer = row as unknown as EvaluationAnswer;
    answers.push({ ...answer, correct: verdicts.get(answer.id) ?? null });
  }
  return answers;
}
