import type { QuestionRecord } from '@omnict/core';
import { predictionLine, scoreFile, type ScoredSet } from '@omnict/eval';
import type { AnyStage, StageContext } from '@omnict/pipeline';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evalQuestion } from '../src/evaluation/load-questions';
import { COMPONENTS } from '../src/components';
import type { TrialConfig } from '../src/spec/trial-config';
import { PREDICTIONS_FILE } from '../src/stages/predict';
import { RESULT_FILE, scoreStage } from '../src/stages/score';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-stage-'));
});
afterAll(() => rm(folder, { recursive: true }));

const stage: AnyStage<TrialConfig> = scoreStage;
const OPTIONS = ['liver', 'lungs', 'heart'];

/** Questions of three kinds, about 15 patients, with answers of which some are right. */
const RECORDS = Array.from({ length: 60 }, (_, i): QuestionRecord => {
  const closed = i % 4 === 0 ? { taskType: 'multi-choice' as const, options: OPTIONS } : undefined;
  return {
    id: `q${i}`,
    image: `${i}.nii.gz`,
    organ: 'liver',
    category: 'GIR',
    source: 'test',
    modality: i % 2 === 0 ? 'volume' : 'slice',
    question: 'Which?',
    taskType: i % 5 === 0 ? 'short-answer' : 'judgment',
    answer: i % 5 === 0 ? 'left upper lobe' : i % 3 === 0 ? 'yes' : 'no',
    ...(closed && { ...closed, answer: OPTIONS[i % 3] as string }),
    patient: `p${i % 15}`,
    skill: i % 7 < 3 ? 'count' : 'position',
    split: i < 6 ? 'train' : 'test',
  };
});
const TEST = RECORDS.filter(({ split }) => split === 'test');
const PREDICTIONS = TEST.map(({ options, taskType }, i) =>
  options !== undefined
    ? (['A', 'B. lungs', 'the heart', ''][i % 4] as string)
    : taskType === 'judgment'
      ? (['yes', 'No.', 'unclear'][i % 3] as string)
      : (['upper lobe', 'left upper lobe', 'spleen'][i % 3] as string),
);

async function runScoreStage(section: object, lines: readonly object[]): Promise<string> {
  const inputs = { dataset: join(folder, 'dataset'), predict: join(folder, 'predict') };
  const outputs = join(folder, 'outputs');
  for (const path of [...Object.values(inputs), outputs]) await mkdir(path, { recursive: true });
  const toLines = (rows: readonly object[]) =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(join(inputs.dataset, 'records.jsonl'), toLines(RECORDS));
  await writeFile(
    join(inputs.dataset, 'dataset.json'),
    JSON.stringify({ records: 'records.jsonl' }),
  );
  await writeFile(join(inputs.predict, PREDICTIONS_FILE), toLines(lines));
  const tracked: Record<string, number> = {};
  await stage.run({
    section,
    inputs,
    outputs,
    metric: (key: string, value: number) => (tracked[key] = value),
  } as unknown as StageContext);
  await writeFile(join(outputs, 'tracked.json'), JSON.stringify(tracked));
  return outputs;
}

async function readJson<T>(...path: string[]): Promise<T> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as T;
}

describe('score stage', () => {
  const lines = TEST.map((record, index) =>
    predictionLine(evalQuestion(record, ''), PREDICTIONS[index] as string),
  );
  const metrics = ['accuracy', 'token-f1:open', 'bleu-1'];

  it('has the figures of omnict score on its predictions file, to the digit', async () => {
    const outputs = await runScoreStage({ metrics, resamples: 300, confidence: 0.9 }, lines);
    const { model } = await readJson<{ model: ScoredSet }>(outputs, RESULT_FILE);
    const report = await scoreFile(
      { predictions: join(folder, 'predict', PREDICTIONS_FILE) },
      { metrics, interval: 'bootstrap', resamples: 300, confidence: 0.9 },
    );
    expect(report).toMatchObject(JSON.parse(JSON.stringify(model.figures)) as object);
    const closed = TEST.filter(({ taskType }) => taskType !== 'short-answer').length;
    expect(report.metrics['accuracy']).toMatchObject({ count: closed });
    expect(report.scores['accuracy']).toBeGreaterThan(0.2);
    expect(report.scores['accuracy']).toBeLessThan(0.9);
    expect(report.metrics['token-f1:open']?.count).toBe(TEST.length - closed);
    expect(Object.keys(report.groups['skill'] ?? {}).sort()).toEqual(['count', 'position']);
    const { interval } = report.groups['modality']?.['slice']?.metrics['accuracy'] ?? {};
    expect(interval).toMatchObject({ method: 'bootstrap', confidence: 0.9 });
    const tracked = await readJson<Record<string, number>>(outputs, 'tracked.json');
    expect(Object.keys(tracked).sort()).toEqual([
      'bleu_1.slice',
      'bleu_1.volume',
      'closed_accuracy.slice',
      'closed_accuracy.volume',
      'token_f1.slice',
      'token_f1.volume',
    ]);
  });

  it("scores by the user's metrics", async () => {
    const module = join(folder, 'own.mjs');
    await writeFile(
      module,
      `export function register({ metrics }) {
        metrics.add('brevity', ({ prediction }) => (prediction.length < 5 ? 1 : 0));
      }`,
    );
    await COMPONENTS.load([module]);
    const outputs = await runScoreStage({ metrics: ['brevity', 'brevity:open'] }, lines);
    const { model } = await readJson<{ model: ScoredSet }>(outputs, RESULT_FILE);
    const short = PREDICTIONS.filter(({ length }) => length < 5).length;
    expect(model.figures.scores).toEqual({ brevity: short / TEST.length, 'brevity:open': 0 });
    const section = { metrics: ['brevity:open'], resamples: 100, confidence: 0.9 };
    expect(scoreStage.uses?.(section)).toEqual(['brevity']);
  });

  it('misses no answer in silence', async () => {
    await expect(runScoreStage({ metrics }, lines.slice(1))).rejects.toThrow(
      /has no answer to question 'q6'/,
    );
  });
});
