import { type IntervalMethod, type MetricReport } from '../score-file/accumulator';
import { createMetrics } from '../score-file/metric-names';
import type { MetricOptions } from '../score-file/metric-options';
import { type EvalQuestion, predictionRow } from '../questions/eval-question';
import { FileScorer, type SampleRecord, type ScoreReport } from '../score-file/score-file';
import type { Task, TaskColumn } from './task-schema';

/** Answered questions of a task. */
export interface AnsweredQuestion {
  question: EvalQuestion;
  prediction: string;
}

/** One column's figure. */
export interface ColumnResult {
  key: string;
  title: string;
  /** Null when no question belongs to the column. */
  figure: MetricReport | null;
  metric: string;
  /** Set when the column's own metric could not be computed: why another stands here. */
  substitute?: string;
}

/** A task's figures. */
export interface TaskResult {
  task: string;
  version: number;
  columns: ColumnResult[];
  /** The task's further metrics over all questions, overall and in groups. */
  report: Omit<ScoreReport, 'schema' | 'predictions'>;
  samples: SampleRecord[];
}

/** How figures are computed. */
export interface EvaluateOptions extends MetricOptions {
  interval?: IntervalMethod;
  confidence?: number;
  resamples?: number;
  seed?: number;
}

/** Metrics that need a checkpoint, and what stands in for them under its own name. */
const SUBSTITUTES: Readonly<Record<string, string>> = { 'open-qa': 'open-qa-lexical' };

/** Metrics computed for every task. */
const BASE_METRICS = ['accuracy', 'token-f1'] as const;

/**
 * Scores the answers to a task's questions: each of its columns on the questions it selects, and its
 * further metrics on all.
 *
 * @throws MissingDataError for a metric that lacks what it needs and has no substitute
 */
export async function evaluateTask(
  task: Task,
  answers: readonly AnsweredQuestion[],
  options: EvaluateOptions = {},
): Promise<TaskResult> {
  const columns: ColumnResult[] = [];
  for (const column of task.columns) columns.push(await columnResult(column, answers, options));
  const scorer = scorerOf([...new Set([...BASE_METRICS, ...(task.metrics ?? [])])], options);
  const samples = await scorer.add(
    answers.map(({ question, prediction }) => predictionRow(question, prediction)),
  );
  return { task: task.name, version: task.version, columns, report: scorer.report(), samples };
}

/**
 * Whether a column is made of this question. Case, blanks and signs do not matter, and `Task/Subtask`
 * belongs to `task`.
 */
export function selects({ where }: TaskColumn, question: EvalQuestion): boolean {
  return Object.entries(where).every(([field, values]) => {
    const value = question[field as 'organ'];
    if (value === undefined) return false;
    const [main = ''] = value.split('/');
    return values.some((wanted) => [value, main].some((name) => plain(name) === plain(wanted)));
  });
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

async function columnResult(
  column: TaskColumn,
  answers: readonly AnsweredQuestion[],
  options: EvaluateOptions,
): Promise<ColumnResult> {
  const own = answers.filter(({ question }) => selects(column, question));
  const { key, title } = column;
  const isMissing = options.tokenEncoder === undefined && options.openQaWeights?.bertScore !== 0;
  const stand = isMissing ? SUBSTITUTES[column.metric] : undefined;
  const metric = stand ?? column.metric;
  const note = stand && {
    substitute: `${column.metric} needs an encoder: ${stand} stands in its place`,
  };
  if (own.length === 0) return { key, title, metric, figure: null, ...note };
  const scorer = scorerOf([metric], options);
  await scorer.add(own.map(({ question, prediction }) => predictionRow(question, prediction)));
  return { key, title, metric, figure: scorer.report().metrics[metric] ?? null, ...note };
}

function scorerOf(names: readonly string[], options: EvaluateOptions): FileScorer {
  const { interval = 'closed-form', confidence = 0.95, resamples = 2000, seed = 0 } = options;
  return new FileScorer(createMetrics(names, options), {
    method: interval,
    confidence,
    resamples,
    seed,
  });
}
