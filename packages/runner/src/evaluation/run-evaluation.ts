import {
  answerQuestions,
  type Condition,
  type EvalQuestion,
  judgeClosed,
  loadTask,
  predictionLine,
  questionsOfCondition,
  type Task,
} from '@omnict/eval';
import type { Generator } from '@omnict/core';
import { join } from 'node:path';
import type { EvalSpec } from './eval-spec';
import { readAnswers, taskFiles, writeJsonLines } from './evaluation-files';
import { digestCache } from './image-digest';
import { judgeStage } from './judge-stage';
import { loadQuestions } from './load-questions';
import { noiseImages } from './noise-images';
import { openGenerator, type Secrets } from './open-generator';
import { type EvaluationResult, scoreStage } from './score-evaluation';

/** Stages of an evaluation in their order; each reads the files of those before it. */
export const EVALUATION_STAGES = ['infer', 'extract', 'judge', 'score'] as const;

/** One of the stages. */
export type EvaluationStage = (typeof EVALUATION_STAGES)[number];

/** How an evaluation runs. */
export interface RunEvaluationOptions {
  /** Default: all; judge only where the spec has one. */
  stages?: readonly EvaluationStage[];
  /** Finds keys of servers by the names that the spec gives them. */
  secrets?: Secrets;
  log?: (text: string) => void;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** A task's questions under one condition. */
export interface AskedTask {
  task: Task;
  condition: Condition;
  questions: readonly EvalQuestion[];
}

/**
 * Asks a model the questions of tasks, under each condition, and scores its answers. Answers are kept by
 * content, so a run that was stopped goes on; each stage can run alone, from the files of those before.
 *
 * @returns figures and tables; null when stage score did not run
 * @throws errors of the spec's files and models
 */
export async function runEvaluation(
  spec: EvalSpec,
  options: RunEvaluationOptions = {},
): Promise<EvaluationResult | null> {
  const { stages = EVALUATION_STAGES, log } = options;
  const asked = await askedTasks(spec);
  if (stages.includes('infer')) await infer(spec, asked, options);
  if (stages.includes('extract')) {
    for (const one of asked) await extract(spec, one);
    log?.('extract: done');
  }
  if (stages.includes('judge') && spec.judge !== undefined)
    await judgeStage(spec.judge, asked, { ...options, output: spec.output, seed: spec.seed });
  return stages.includes('score') ? scoreStage(spec, asked) : null;
}

async function askedTasks(spec: EvalSpec): Promise<AskedTask[]> {
  const asked: AskedTask[] = [];
  for (const { task: name, ...selection } of spec.tasks) {
    const task = loadTask(name);
    const questions = await loadQuestions(selection);
    for (const condition of spec.conditions) {
      const own = questionsOfCondition(questions, condition, spec.seed);
      if (own.length > 0) asked.push({ task, condition, questions: own });
    }
  }
  return asked;
}

async function infer(
  spec: EvalSpec,
  asked: readonly AskedTask[],
  { secrets, log, onProgress, signal }: RunEvaluationOptions,
): Promise<void> {
  const { generator, dispose } = await openGenerator(spec.model, {
    ...(secrets && { secrets }),
    ...(signal && { signal }),
  });
  try {
    const digestOf = digestCache();
    for (const { task, condition, questions } of asked) {
      const shown = condition === 'noise' ? await withNoise(spec, questions, digestOf) : questions;
      const answers = await answerQuestions(generator, shown, {
        cacheFolder: spec.cache ?? join(spec.output, 'cache'),
        imageDigest: (question) => digestOfQuestion(generator, question, digestOf),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      });
      const lines = answers.map(({ prediction }, index) =>
        predictionLine(questions[index] as EvalQuestion, prediction),
      );
      await writeJsonLines(taskFiles(spec.output, condition, task.name).predictions, lines);
      const kept = answers.filter(({ cached }) => cached).length;
      log?.(`infer: ${task.name}, ${condition}: ${answers.length} answers, ${kept} of them kept`);
    }
  } finally {
    dispose();
  }
}

/** A predictions file looks at no image, so none needs to be there, and answers each id on its own. */
async function digestOfQuestion(
  { identity }: Generator,
  { id, image, mask }: EvalQuestion,
  digestOf: (path: string) => Promise<string>,
): Promise<string> {
  if (identity['kind'] === 'predictions') return id;
  if (image === null) return '';
  return `${await digestOf(image)}${mask === undefined ? '' : `/${await digestOf(mask)}`}`;
}

/** The questions about noise in the geometry of their images. */
async function withNoise(
  spec: EvalSpec,
  questions: readonly EvalQuestion[],
  digestOf: (path: string) => Promise<string>,
): Promise<EvalQuestion[]> {
  const paths = [...new Set(questions.flatMap(({ image }) => image ?? []))];
  const images = [];
  for (const path of paths) images.push({ path, digest: await digestOf(path) });
  const noise = await noiseImages(images, { folder: join(spec.output, 'noise'), seed: spec.seed });
  return questions.map((question) => ({
    ...question,
    image: question.image === null ? null : (noise.get(question.image) ?? null),
  }));
}

/** Writes what each closed answer says, by which rule. */
async function extract(spec: EvalSpec, { task, condition, questions }: AskedTask): Promise<void> {
  const files = taskFiles(spec.output, condition, task.name);
  const answers = await readAnswers(files.predictions, questions);
  const lines = questions.flatMap((question, index) => {
    const { id, options, answer, taskType } = question;
    if (options === undefined && taskType !== 'judgment') return [];
    const judged = judgeClosed(
      answers[index] as string,
      { options, answer },
      spec.metrics.extraction,
    );
    return [{ id, ...judged }];
  });
  await writeJsonLines(files.extracted, lines);
}
