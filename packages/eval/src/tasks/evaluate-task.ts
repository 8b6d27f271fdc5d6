import { type EvalQuestion, predictionRow } from '../questions/eval-question';
import { createMetrics } from '../scoring/metric-names';
import type { Figure } from '../scoring/reducer';
import { createScorer, scoreRows, type ScoreOptions } from '../scoring/score-rows';
import { type SampleRecord, sampleRecord, type ScoreFigures } from '../scoring/scorer';
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
  figure: Figure | null;
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
  report: ScoreFigures;
  samples: SampleRecord[];
}

/** How figures are computed. */
export type EvaluateOptions = Omit<ScoreOptions, 'metrics'>;

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
  const names = [...new Set([...BASE_METRICS, ...(task.metrics ?? [])])];
  const metrics = createMetrics(names, options);
  const scorer = createScorer(metrics, options);
  const rows = answers.map(({ question, prediction }) => predictionRow(question, prediction));
  for (const { metric } of metrics) await metric.collect?.(rows);
  const samples = (await scorer.add(rows)).map((sample) => sampleRecord(metrics, sample));
  return { task: task.name, version: task.version, columns, report: scorer.figures(), samples };
}

/**
 * Whether a column is made of this question. Case, blanks and signs do not matter, and `Task/Subtask`
 * belongs to `task`.
 */
function selects({ where }: TaskColumn, question: EvalQuestion): boolean {
  return Object.entries(where).every(([field, values]) => {
    const value = question[field as 'organ'] ?? question.fields?.[field];
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
  const { figures } = await scoreRows(
    own.map(({ question, prediction }) => predictionRow(question, prediction)),
    { ...options, metrics: [metric] },
  );
  return { key, title, metric, figure: figures.metrics[metric] ?? null, ...note };
}
