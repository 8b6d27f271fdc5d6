import {
  type Answer,
  answerQuestions,
  type Condition,
  type EvalQuestion,
  judgeClosed,
  loadTask,
  predictionLine,
  questionsOfCondition,
  type Task,
} from '@omnict/eval';
import { type Generator, MissingDataError } from '@omnict/core';
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
  /** Asks questions again that failed before, where asking alone would not help. */
  retryFailed?: boolean;
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
  { secrets, log, retryFailed = false, onProgress, signal }: RunEvaluationOptions,
): Promise<void> {
  const { generator, dispose } = await openGenerator(spec, {
    ...(secrets && { secrets }),
    ...(signal && { signal }),
    ...(log && { onNotice: log }),
  });
  try {
    const digestOf = digestCache();
    for (const { task, condition, questions } of asked) {
      const shown = condition === 'noise' ? await withNoise(spec, questions, digestOf) : questions;
      const answers = await answerQuestions(generator, shown, {
        cacheFolder: spec.cache ?? join(spec.output, 'cache'),
        imageDigest: (question) => digestOfQuestion(generator, question, digestOf),
        retryFailed,
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      });
      const lines = answers.map(({ prediction, finishReason, failure }, index) => ({
        ...predictionLine(questions[index] as EvalQuestion, prediction),
        finishReason,
        failure: failure?.kind,
      }));
      await writeJsonLines(taskFiles(spec.output, condition, task.name).predictions, lines);
      for (const line of answerNotes(answers)) log?.(`infer: ${task.name}, ${condition}: ${line}`);
      throwIfAllFailed(answers);
    }
  } finally {
    dispose();
  }
}

/** Failures told one by one; the rest is counted. */
const SHOWN_FAILURES = 5;

/** Says how many answers there are, how many of them were cut, and what failed and why. */
function answerNotes(answers: readonly Answer[]): string[] {
  const kept = answers.filter(({ cached }) => cached).length;
  const cut = answers.filter(({ finishReason }) => finishReason === 'length').length;
  const failed = answers.flatMap(({ id, failure }) =>
    failure === undefined ? [] : [{ id, failure }],
  );
  const kinds = [...new Set(failed.map(({ failure }) => failure.kind))].map(
    (kind) => `${failed.filter(({ failure }) => failure.kind === kind).length} ${kind}`,
  );
  return [
    `${answers.length} answers, ${kept} of them kept`,
    ...(cut === 0
      ? []
      : [
          `${cut} answers were cut at the longest allowed (finish reason 'length'); raise maxTokens`,
        ]),
    ...failed
      .slice(0, SHOWN_FAILURES)
      .map(({ id, failure }) => `question '${id}' failed (${failure.kind}): ${failure.message}`),
    ...(failed.length === 0
      ? []
      : [
          `${failed.length} questions failed (${kinds.join(', ')}): they count as wrong; ask them again with --retry-failed`,
        ]),
  ];
}

/** A model that answers no question at all is set up wrongly. @throws MissingDataError */
function throwIfAllFailed(answers: readonly Answer[]): void {
  const [first] = answers;
  if (first?.failure === undefined || answers.some(({ failure }) => failure === undefined)) return;
  throw new MissingDataError(
    `${first.failure.message} (all ${answers.length} questions failed; expected an answer to one at least; then run again with --retry-failed)`,
  );
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
    const { id, answer, taskType } = question;
    const options = question.options ?? question.answers;
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
