import { formatAnswer, optionLetter } from '@omnict/data';
import { FormatError, type QuestionRecord } from '@omnict/core';
import { majorityAnswers, scorePredictions, type ScoredInput } from '@omnict/eval';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrialConfig } from '../spec/trial-config';
import { componentMetric } from '../stage/components';
import type { StageDefinition } from '../stage/stage-definition';
import { datasetRecords } from './dataset';
import { PREDICTIONS_FILE } from './predict';

/** Scores of the model and of the majority baseline: two evaluation results. */
export const RESULT_FILE = 'result.json';

/** Scores the answers, and beside them what guessing the most frequent answer scores. */
export const scoreStage: StageDefinition = {
  name: 'score',
  version: 1,
  needs: () => ['dataset', 'predict'],
  usesSeed: false,
  usesEngine: false,
  uses: (section) => (section as TrialConfig['score']).componentMetrics ?? [],
  select: ({ score }) => score,
  run: async ({ section, inputs, outputs, metric }) => {
    const records = await datasetRecords(inputs['dataset'] as string);
    const test = records.filter(({ split }) => split === 'test');
    const predictions = await readPredictions(join(inputs['predict'] as string, PREDICTIONS_FILE));
    const options = section as TrialConfig['score'];
    const scored = (texts: readonly string[]): ScoredInput[] =>
      test.map((record, index) => scoredInput(record, texts[index] ?? ''));
    const score = (texts: readonly string[]) => scorePredictions(scored(texts), options);
    const answers = test.map(({ id }) => predictions.get(id) ?? '');
    const model = score(answers);
    const train = records.filter(({ split }) => split === 'train');
    const majority = score(majorityAnswers(train.map(baselineItem), test.map(baselineItem)));
    for (const [modality, group] of Object.entries(model.groups.modality)) {
      if (group.closedAccuracy !== undefined)
        metric(`closed_accuracy.${modality}`, group.closedAccuracy.mean);
      if (group.tokenF1 !== undefined) metric(`token_f1.${modality}`, group.tokenF1.mean);
    }
    const own = await componentScores(scored(answers), options.componentMetrics);
    for (const [name, value] of Object.entries(own)) metric(name, value);
    await writeFile(join(outputs, RESULT_FILE), JSON.stringify({ model, majority, own }));
  },
};

/** Scores by the user's own metrics. */
async function componentScores(
  items: readonly ScoredInput[],
  names: readonly string[] = [],
): Promise<Record<string, number>> {
  const scores: Record<string, number> = {};
  for (const name of names) scores[name] = await componentMetric(name)(items);
  return scores;
}

function scoredInput(record: QuestionRecord, prediction: string): ScoredInput {
  const { id, modality, organ, taskType, category, capability, patient, options, answer } = record;
  return {
    id,
    modality,
    organ,
    taskType,
    category,
    capability,
    cluster: patient,
    options,
    answer,
    prediction,
  };
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

async function readPredictions(path: string): Promise<Map<string, string>> {
  const predictions = new Map<string, string>();
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    if (line === '') continue;
    const { id, prediction } = JSON.parse(line) as { id?: unknown; prediction?: unknown };
    if (typeof id !== 'string' || typeof prediction !== 'string') {
      throw new FormatError(
        `${path}: a line has no id and prediction; expected both as text; predict again`,
      );
    }
    predictions.set(id, prediction);
  }
  return predictions;
}
