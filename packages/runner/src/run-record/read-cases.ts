import { Random } from '@omnict/core';
import { structuresAsked } from '@omnict/io';
import { type ScoredSet, readJsonLines } from '@omnict/eval';
import type { StageCache, StageTask } from '@omnict/pipeline';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetRecord, datasetRecords } from '../stages/dataset';
import { PREDICTIONS_FILE } from '../stages/predict';
import { RESULT_FILE } from '../stages/score';
import { type CaseImage, readCaseImage } from './case-image';
import { type RunRecord, taskOfTrial } from './read-run';

/** What a trial answered to a question. */
export interface CaseAnswer {
  text: string;
  /** Null for an open question. */
  correct: boolean | null;
}

/** A test question with the answers of all trials. */
export interface Case {
  id: string;
  /** Index among the images; null where the run holds none. */
  image: number | null;
  modality: string;
  organ: string;
  task: string;
  skill: string;
  question: string;
  options: readonly string[];
  reference: string;
  labels: readonly number[];
  answers: (CaseAnswer | null)[];
}

/** Test questions drawn from a run, by image. */
export interface RunCases {
  images: CaseImage[];
  cases: Case[];
  allCases: number;
  allImages: number;
}

/** How much of a run's cases is read. */
interface CaseLimits {
  /** Images at most. */
  images: number;
  /** Bytes of all images as text. */
  imageBytes: number;
  /** Characters of all answers. */
  answerCharacters: number;
}

/** Keeps a page below 10 MB. */
const CASE_LIMITS: CaseLimits = {
  images: 48,
  imageBytes: 6_500_000,
  answerCharacters: 1_500_000,
};

/** Characters of an answer that a case keeps. */
export const MAX_ANSWER = 2000;

/**
 * Reads a sample of a run's test questions: images drawn at random, always the same ones, and all questions
 * about each. Files of images are named nowhere: they may name patients.
 *
 * @returns null for a run without a dataset or answers
 */
export async function readCases(
  record: RunRecord,
  limits: CaseLimits = CASE_LIMITS,
): Promise<RunCases | null> {
  const { tasks, trials, cache } = record;
  const dataset = tasks.find(({ stage }) => stage === 'dataset');
  if (dataset === undefined) return null;
  const records = await datasetRecords(cache.outputsOf(dataset.key)).catch(() => []);
  const test = records.filter(({ split }) => split === 'test');
  const answers = await Promise.all(
    trials.map(({ trial }) => answersOf(tasks, trial, { cache, dataset: dataset.key })),
  );
  if (test.length === 0 || answers.every(({ size }) => size === 0)) return null;
  const byImage = new Map<string, DatasetRecord[]>();
  for (const one of test) {
    byImage.set(one.imageKey, [...(byImage.get(one.imageKey) ?? []), one]);
  }
  const keys = new Random('report-cases').shuffle([...byImage.keys()]);
  const prepare = tasks.find(
    (task) =>
      task.stage === 'prepare' && task.shard === undefined && task.needs['dataset'] === dataset.key,
  );
  const result: RunCases = {
    images: [],
    cases: [],
    allCases: test.length,
    allImages: keys.length,
  };
  let [bytes, characters] = [0, 0];
  for (const key of keys.slice(0, limits.images)) {
    const image = prepare === undefined ? null : await imageOf(prepare, key, cache);
    const own = (byImage.get(key) ?? []).map((one) =>
      caseOf(one, { answers, image: image === null ? null : result.images.length }),
    );
    bytes += image === null ? 0 : image.atlas.length + (image.labels?.length ?? 0);
    characters += own.reduce((sum, one) => sum + charactersOf(one), 0);
    if (bytes > limits.imageBytes || characters > limits.answerCharacters) break;
    if (image !== null) result.images.push(image);
    result.cases.push(...own);
  }
  return result;
}

async function imageOf(task: StageTask, key: string, cache: StageCache): Promise<CaseImage | null> {
  const { window } = task.section as { window?: readonly [number, number] };
  return window === undefined ? null : readCaseImage(cache.outputsOf(task.key), key, window);
}

/** Answers of a model by the ids of questions. */
export type Answers = ReadonlyMap<string, CaseAnswer>;

/** Answers of a trial with what the score said of each; none where it did not end or has other data. */
export async function answersOf(
  tasks: readonly StageTask[],
  trial: string,
  { cache, dataset }: { cache: StageCache; dataset: string },
): Promise<Answers> {
  const found = new Map<string, CaseAnswer>();
  const predict = taskOfTrial(tasks, 'predict', trial);
  const score = taskOfTrial(tasks, 'score', trial);
  if (predict === undefined || score?.needs['dataset'] !== dataset) return found;
  const predictions = join(cache.outputsOf(predict.key), PREDICTIONS_FILE);
  const results = join(cache.outputsOf(score.key), RESULT_FILE);
  if (!existsSync(predictions) || !existsSync(results)) return found;
  const { model } = JSON.parse(await readFile(results, 'utf8')) as { model: ScoredSet };
  const verdicts = new Map(model.samples.map(({ id, statistics }) => [id, isRight(statistics)]));
  for await (const { row } of readJsonLines(predictions)) {
    const { id, prediction } = row as { id: string; prediction: string };
    found.set(id, { text: prediction.slice(0, MAX_ANSWER), correct: verdicts.get(id) ?? null });
  }
  return found;
}

/** Reads closed accuracy, under whatever name it was asked for. */
function isRight(statistics: Readonly<Record<string, readonly number[] | null>>): boolean | null {
  const asked = Object.keys(statistics).find((name) => /^accuracy(:|$)/.test(name));
  const score = asked === undefined ? null : statistics[asked];
  return score === null || score === undefined ? null : score[0] === 1;
}

/** Lays the answers of models to a question beside each other. */
export function caseOf(
  record: DatasetRecord,
  { answers, image }: { answers: readonly Answers[]; image: number | null },
): Case {
  const { id, modality, organ, taskType, skill = '', question, options, answer } = record;
  return {
    id,
    image,
    modality,
    organ,
    task: taskType,
    skill,
    question,
    reference: answer,
    options: options ?? record.answers ?? [],
    labels: structuresAsked(record).labels,
    answers: answers.map((byId) => byId.get(id) ?? null),
  };
}

function charactersOf({ question, reference, options, answers }: Case): number {
  const texts = [question, reference, ...options, ...answers.map((answer) => answer?.text ?? '')];
  return texts.reduce((sum, text) => sum + text.length + 40, 0); // names and marks around each
}
