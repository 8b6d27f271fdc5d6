import { formatAnswer, optionLetter, type QuestionRecord } from '@omnict/core';
import {
  createMetrics,
  majorityAnswers,
  type NamedMetric,
  predictionRow,
  type ScoredSet,
  scoreRows,
} from '@omnict/eval';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnswers } from '../evaluation/evaluation-files';
import { evalQuestion } from '../evaluation/load-questions';
import type { TrialConfig } from '../spec/trial-config';
import { componentMetrics } from '../components';
import { datasetRecords } from './dataset';
import type { OmnictStage } from './omnict-stage';
import { PREDICTIONS_FILE } from './predict';

/** Scores of the model and of the majority baseline: two scored sets. */
export const RESULT_FILE = 'result.json';

/** Scores the answers, and beside them what guessing the most frequent answer scores. */
export const scoreStage: OmnictStage<TrialConfig['score'], { dataset: string; predict: string }> = {
  name: 'score',
  version: 3,
  needs: () => ({ dataset: true, predict: true }),
  usesSeed: false,
  usesEngine: false,
  uses: ({ metrics }) => metrics.map((name) => name.replace(/:(open|closed)$/, '')),
  select: ({ score }) => score,
  run: async ({ section, inputs, outputs, metric }) => {
    const records = await datasetRecords(inputs.dataset);
    const test = records.filter(({ split }) => split === 'test');
    const train = records.filter(({ split }) => split === 'train');
    const options = section;
    const questions = test.map((record) => evalQuestion(record, ''));
    const score = (answers: readonly string[]): Promise<ScoredSet> =>
      scoreRows(
        questions.map((question, index) => predictionRow(question, answers[index] as string)),
        { ...options, interval: 'bootstrap', own: componentMetrics() },
      );
    const file = join(inputs.predict, PREDICTIONS_FILE);
    const model = await score(await readAnswers(file, questions));
    const majority = await score(majorityAnswers(train.map(baselineItem), test.map(baselineItem)));
    for (const [key, value] of trackedFigures(model, scoreMetrics(options))) metric(key, value);
    await writeFile(join(outputs, RESULT_FILE), JSON.stringify({ model, majority }));
  },
};

/** Metrics of a trial, those of components included. */
export function scoreMetrics({ metrics }: Pick<TrialConfig['score'], 'metrics'>): NamedMetric[] {
  return createMetrics(metrics, { own: componentMetrics() });
}

/** Figures by modality, under names that trackers take: `closed_accuracy.volume`. */
function trackedFigures(
  { figures }: ScoredSet,
  metrics: readonly NamedMetric[],
): [key: string, value: number][] {
  return Object.entries(figures.groups['modality'] ?? {}).flatMap(([modality, { scores }]) =>
    metrics.flatMap(({ asked, title }): [string, number][] => {
      const value = scores[asked] ?? null;
      return value === null ? [] : [[`${figureKey(title)}.${modality}`, value]];
    }),
  );
}

/** Name of a metric that trackers take: `closed_accuracy`. */
export function figureKey(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
}

/** Multi-choice options are shuffled: what can be most frequent is a letter. */
function baselineItem(record: QuestionRecord) {
  const { modality, taskType, question, options, answer } = record;
  const isChoice = options !== undefined && options.includes(answer);
  return {
    modality,
    taskType,
    question,
    answer: isChoice ? optionLetter(options.indexOf(answer)) : formatAnswer(record),
  };
}
