import { MissingDataError, Random } from '@omnict/core';
import { readJsonLines, type SampleRecord, scoreFile } from '@omnict/eval';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DatasetRecord, datasetRecords } from '../stages/dataset';
import { PREDICTIONS_FILE } from '../stages/predict';
import { readCasePicture } from './case-picture';
import {
  answersOf,
  type Answers,
  type Case,
  type CaseAnswer,
  caseOf,
  MAX_ANSWER,
} from './read-cases';
import { type RunRecord, taskOfTrial } from './read-run';

/** A model of a case study: a trial of a run. */
export interface StudyTrial {
  record: RunRecord;
  trial: string;
  title: string;
}

/** A question with the answers of all models, and a picture of what they saw. */
type StudyCase = Omit<Case, 'image' | 'labels'> & {
  /** Data URL of one slice with the organ tinted; absent where no run holds the image. */
  picture?: string;
  /** Which slice it is: `slice 16 of 32`. */
  place?: string;
};

/** The same questions beside each other in several models (Figure 7 of the paper). */
export interface CaseStudy {
  /** Closed questions of those that all answered, and how many each answered rightly. */
  models: { title: string; right: number; closed: number }[];
  /** Questions that all models answered, and those of them on which some are right and some wrong. */
  shared: number;
  differing: number;
  /** Drawn at random, always the same ones, first of those that differ, of different images. */
  cases: StudyCase[];
}

/** Cases that are shown. */
const MOST_CASES = 6;

/**
 * Lays the answers of several models to the same questions beside each other: trials of runs, and files of
 * predictions (JSON Lines of `{id, prediction}`), which are scored as the first run's own answers.
 *
 * @throws MissingDataError where there are no two models, or no question that all of them answered
 */
export async function readCaseStudy(
  trials: readonly StudyTrial[],
  files: readonly string[],
): Promise<CaseStudy> {
  const [first] = trials;
  if (first === undefined || trials.length + files.length < 2) {
    throw new MissingDataError(
      'case study: expected a run, and beside it another one or a file of predictions; name both',
    );
  }
  const records = await testRecords(first);
  const references = predictionsOf(first);
  const models = [
    ...(await Promise.all(
      trials.map(async (one) => ({ title: one.title, answers: await trialAnswers(one, records) })),
    )),
    ...(await Promise.all(
      files.map(async (file) => ({
        title: basename(file).replace(/\.jsonl?$/, ''),
        answers: await fileAnswers(file, references),
      })),
    )),
  ];
  const shared = [...records.values()].filter(({ id }) =>
    models.every(({ answers }) => answers.has(id)),
  );
  if (shared.length === 0) {
    throw new MissingDataError(
      `case study: no test question of ${first.record.id} is answered by all of ${models.map(({ title }) => title).join(', ')}; expected the same ids and questions; run them on the same data`,
    );
  }
  const verdicts = (id: string) => models.map(({ answers }) => answers.get(id)?.correct ?? null);
  const differing = shared.filter(({ id }) => new Set(verdicts(id)).size > 1);
  const prepared = preparedImages(first);
  const cases = await Promise.all(
    drawn(differing, shared).map(async (record): Promise<StudyCase> => {
      const {
        image: _,
        labels,
        ...one
      } = caseOf(record, {
        answers: models.map(({ answers }) => answers),
        image: null,
      });
      const shown =
        prepared === undefined ? null : await readCasePicture(prepared, record.imageKey, labels);
      return { ...one, ...shown };
    }),
  );
  return {
    models: models.map(({ title }, index) => {
      const closed = shared.map(({ id }) => verdicts(id)[index]).filter((one) => one !== null);
      return { title, closed: closed.length, right: closed.filter(Boolean).length };
    }),
    shared: shared.length,
    differing: differing.length,
    cases,
  };
}

/** Those that differ first; an image once, as long as there are others. */
function drawn(
  differing: readonly DatasetRecord[],
  shared: readonly DatasetRecord[],
): DatasetRecord[] {
  const random = new Random('case-study');
  const order = [...random.shuffle([...differing]), ...random.shuffle([...shared])];
  const images = new Set<string>();
  const fresh = order.filter(({ imageKey }) => {
    const isNew = !images.has(imageKey);
    images.add(imageKey);
    return isNew;
  });
  return [...new Set([...fresh, ...order])].slice(0, MOST_CASES);
}

async function testRecords({ record, trial }: StudyTrial): Promise<Map<string, DatasetRecord>> {
  const dataset = taskOfTrial(record.tasks, 'dataset', trial);
  const records =
    dataset === undefined
      ? []
      : await datasetRecords(record.cache.outputsOf(dataset.key)).catch(() => []);
  return new Map(records.filter(({ split }) => split === 'test').map((one) => [one.id, one]));
}

/** A trial's answers to questions that are the same there. */
async function trialAnswers(
  one: StudyTrial,
  records: ReadonlyMap<string, DatasetRecord>,
): Promise<Answers> {
  const { record, trial } = one;
  const dataset = taskOfTrial(record.tasks, 'dataset', trial)?.key ?? '';
  const own = await testRecords(one);
  const answers = await answersOf(record.tasks, trial, { cache: record.cache, dataset });
  return new Map(
    [...answers].filter(([id]) => {
      const [here, there] = [own.get(id), records.get(id)];
      return here?.question === there?.question && here?.answer === there?.answer;
    }),
  );
}

function predictionsOf({ record, trial }: StudyTrial): string {
  const predict = taskOfTrial(record.tasks, 'predict', trial);
  const file = predict && join(record.cache.outputsOf(predict.key), PREDICTIONS_FILE);
  if (file !== undefined && existsSync(file)) return file;
  throw new MissingDataError(
    `case study: trial '${trial}' of ${record.id} has no predictions any more; run the sweep again`,
  );
}

/** A file's answers, scored by the references of a run. */
async function fileAnswers(predictions: string, references: string): Promise<Answers> {
  const texts = new Map<string, string>();
  for await (const { row } of readJsonLines(predictions)) {
    const { id, prediction } = row as { id: unknown; prediction: unknown };
    texts.set(String(id), typeof prediction === 'string' ? prediction : '');
  }
  const found = new Map<string, CaseAnswer>();
  const onSample = ({ id, scores }: SampleRecord): void => {
    const text = texts.get(id);
    const accuracy = scores['accuracy'] ?? null;
    if (text === undefined) return; // not asked there
    found.set(id, {
      text: text.slice(0, MAX_ANSWER),
      correct: accuracy === null ? null : accuracy === 1,
    });
  };
  const files = { predictions, references, allowMissing: true };
  await scoreFile(files, { metrics: ['accuracy'], onSample });
  return found;
}

/** Folder of a run's prepared images; undefined for a trial without any. */
function preparedImages({ record, trial }: StudyTrial): string | undefined {
  const { tasks, cache } = record;
  const dataset = taskOfTrial(tasks, 'dataset', trial)?.key;
  const prepare = tasks.find(
    ({ stage, shard, needs }) =>
      stage === 'prepare' && shard === undefined && needs['dataset'] === dataset,
  );
  return prepare && cache.outputsOf(prepare.key);
}
