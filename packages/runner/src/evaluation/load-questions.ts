import { ConfigError, type QuestionRecord } from '@omnict/core';
import { readRecords } from '@omnict/data';
import { type EvalQuestion, wordFields } from '@omnict/eval';
import { dirname, resolve } from 'node:path';

/** Which records are asked. */
export interface QuestionSelection {
  records: string;
  split?: 'train' | 'validation' | 'test' | 'all';
  limit?: number;
}

/** Questions of a records file, in its order. @throws ConfigError when none is selected; errors of the reader */
export async function loadQuestions({
  records,
  split = 'test',
  limit = Infinity,
}: QuestionSelection): Promise<EvalQuestion[]> {
  const questions: EvalQuestion[] = [];
  for await (const record of readRecords(records)) {
    if (split !== 'all' && record.split !== split) continue;
    if (questions.length >= limit) break;
    questions.push(evalQuestion(record, dirname(records)));
  }
  if (questions.length > 0) return questions;
  throw new ConfigError(
    `${records}: has no question of split '${split}'; expected at least one; set another split`,
  );
}

/** Fields of a record that have a place of their own in a question, or say nothing to group by. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'image',
  'mask',
  'findings',
  'prior',
  'modality',
  'values',
  'organ',
  'organLabels',
  'history',
  'options',
  'taskType',
  'category',
  'capability',
  'history',
  'question',
  'answer',
  'answers',
  'source',
  'patient',
  'scan',
  'split',
]);

/** Makes a record into a question. @param folder that the record's paths are relative to */
export function evalQuestion(record: QuestionRecord, folder: string): EvalQuestion {
  const { id, image, values, mask, modality, organ, taskType, category, capability } = record;
  const { options, answers, organLabels, history } = record;
  const { question, answer, source, patient } = record;
  const further = Object.entries(record).filter(([field]) => !OWN_FIELDS.has(field));
  return {
    id,
    modality,
    organ,
    taskType,
    category,
    question,
    answer,
    source,
    image: resolve(folder, image),
    ...(values !== undefined && { values }),
    ...(mask !== undefined && { mask: resolve(folder, mask) }),
    ...(options !== undefined && { options }),
    ...(answers !== undefined && { answers }),
    ...(organLabels !== undefined && { organLabels }),
    ...(history !== undefined && { history }),
    ...(capability !== undefined && { capability }),
    ...(patient !== undefined && { cluster: patient }),
    fields: wordFields(Object.fromEntries(further)),
  };
}
