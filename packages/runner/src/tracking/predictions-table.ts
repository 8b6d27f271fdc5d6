import { type ScoredSet, readJsonLines } from '@omnict/eval';
import { redactText } from '@omnict/tracking';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetRecord } from '../stages/dataset';
import { PREDICTIONS_FILE } from '../stages/predict';

/** Artifact with a trial's answers, in the layout of `mlflow.log_table`. */
const PREDICTIONS_TABLE = 'predictions.json';

/** Tag by which MLflow's page finds tables. */
export const TABLE_TAG = {
  'mlflow.loggedArtifacts': JSON.stringify([{ path: PREDICTIONS_TABLE, type: 'table' }]),
};

/** Rows at most: a page that compares trials loads all of them. */
const MAX_ROWS = 5000;

/**
 * Writes a trial's answers as a table, a row a question: what was asked, what the answer should be and
 * is, and what each metric gave for it. Files and who a patient is stand nowhere in it.
 *
 * @param folder the table's @returns its path; undefined when there are no answers
 */
export async function writePredictionsTable(
  folder: string,
  {
    records,
    predictions,
    scored,
  }: { records: readonly DatasetRecord[]; predictions: string; scored: ScoredSet },
): Promise<string | undefined> {
  const file = join(predictions, PREDICTIONS_FILE);
  if (!existsSync(file)) return undefined;
  const byId = new Map(records.map((record) => [record.id, record]));
  const statistics = new Map(scored.samples.map((sample) => [sample.id, sample.statistics]));
  const metrics = [...new Set(scored.samples.flatMap((sample) => Object.keys(sample.statistics)))];
  const columns = [
    'id',
    'modality',
    'organ',
    'task',
    'question',
    'reference',
    'prediction',
    ...metrics,
  ];
  const data: unknown[][] = [];
  for await (const { row } of readJsonLines(file)) {
    const { id, prediction } = row as { id: string; prediction: string };
    const record = byId.get(id);
    if (record === undefined) continue;
    const { modality, organ, taskType, question, answer } = record;
    const reference = Array.isArray(answer) ? answer.join('; ') : answer;
    const texts = [id, modality, organ, taskType, question, reference, prediction];
    const values = metrics.map((metric) => statistics.get(id)?.[metric]?.[0] ?? null);
    data.push([...texts.map(redactText), ...values]);
    if (data.length >= MAX_ROWS) break;
  }
  const path = join(folder, PREDICTIONS_TABLE);
  await writeFile(path, JSON.stringify({ columns, data }));
  return path;
}
