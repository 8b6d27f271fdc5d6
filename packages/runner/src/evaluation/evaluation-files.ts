import { type Condition, type EvalQuestion, readJsonLines } from '@omnict/eval';
import { FormatError, MissingDataError, replaceFile, type ReplaceFileOptions } from '@omnict/core';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where a task's files under one condition lie. */
export interface TaskFiles {
  /** Answers with all that `omnict score` needs, one a line. */
  predictions: string;
  /** What each closed answer says, by which rule. */
  extracted: string;
  /** What each metric says about each answer. */
  samples: string;
  /** What the judge says about each answer. */
  judgements: string;
}

/** Files of a task under a condition. */
export function taskFiles(output: string, condition: Condition, task: string): TaskFiles {
  const at = (name: string): string => join(output, condition, task, name);
  return {
    predictions: at('predictions.jsonl'),
    extracted: at('extracted.jsonl'),
    samples: at('samples.jsonl'),
    judgements: at('judgements.jsonl'),
  };
}

/** Writes lines about single answers, for the user alone; the file appears whole or not at all. */
export async function writeJsonLines(path: string, rows: readonly unknown[]): Promise<void> {
  await writeWhole(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
}

/** Writes a file that appears whole or not at all. */
export async function writeWhole(
  path: string,
  content: string,
  options: ReplaceFileOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, (file) => file.writeFile(content), options);
}

/**
 * Answers of a predictions file in the order of the questions.
 *
 * @throws MissingDataError when the file or an answer is not there
 */
export async function readAnswers(
  path: string,
  questions: readonly Pick<EvalQuestion, 'id'>[],
): Promise<string[]> {
  if (!existsSync(path)) {
    throw new MissingDataError(
      `${path}: no answers yet; expected them from the stage that asks the model; run 'omnict eval' with --stage infer first`,
    );
  }
  const answers = new Map<unknown, unknown>();
  for await (const { row } of readJsonLines(path)) answers.set(row['id'], row['prediction']);
  return questions.map(({ id }) => {
    const answer = answers.get(id);
    if (typeof answer === 'string') return answer;
    throw new FormatError(
      `${path}: has no answer to question '${id}'; expected one for each question; ask the model again`,
    );
  });
}
