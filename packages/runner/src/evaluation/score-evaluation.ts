import {
  type CircularScores,
  circularScores,
  type Condition,
  evaluateTask,
  fillTable,
  type FilledTable,
  type JudgeReport,
  judgeClosed,
  leakageTable,
  type LeakageSample,
  type LeakageTable,
  loadTableLayout,
  type MetricOptions,
  renderFilledTable,
  type TaskResult,
} from '@omnict/eval';
import { selectEngine } from '@omnict/nn';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvalSpec } from './eval-spec';
import { readAnswers, taskFiles, writeJsonLines, writeWhole } from './evaluation-files';
import { JUDGE_FILE } from './judge-stage';
import { loadReportLabeller } from './report-labeller';
import type { AskedTask } from './run-evaluation';
import { loadTokenEncoder } from './token-encoder';

/** File with all figures. */
export const EVALUATION_FILE = 'evaluation.json';

/** All figures of an evaluation. */
export interface EvaluationResult {
  schema: 'omnict/evaluation@1';
  name: string;
  seed: number;
  extraction: string;
  /** By condition and task; samples are in files of their own. */
  results: { condition: Condition; task: string; result: Omit<TaskResult, 'samples'> }[];
  /** The paper's tables that were asked for, from the normal condition. */
  tables: FilledTable[];
  /** Accuracy by organ under each condition (Table 14), when there is more than the normal one. */
  leakage?: LeakageTable;
  /** Multiple choice under all rotations of the options. */
  optionShuffle?: CircularScores;
  judges: { condition: Condition; task: string; report: JudgeReport }[];
  /** Folder of all files. */
  output: string;
}

/** Scores all answers and writes figures, tables and samples. */
export async function scoreStage(
  spec: EvalSpec,
  asked: readonly AskedTask[],
): Promise<EvaluationResult> {
  const { options, dispose } = await metricOptions(spec);
  const results: EvaluationResult['results'] = [];
  const leakage: LeakageSample[] = [];
  const rotations: { id: string; isCorrect: boolean }[] = [];
  const judges: EvaluationResult['judges'] = [];
  try {
    for (const { task, condition, questions } of asked) {
      const files = taskFiles(spec.output, condition, task.name);
      const answers = await readAnswers(files.predictions, questions);
      const { samples, ...result } = await evaluateTask(
        task,
        questions.map(({ cluster, ...question }, index) => ({
          question: {
            ...question,
            ...(spec.metrics.clusterBy === 'patient' && cluster !== undefined && { cluster }),
          },
          prediction: answers[index] as string,
        })),
        options,
      );
      await writeJsonLines(files.samples, samples);
      results.push({ condition, task: task.name, result });
      const judged = closedSamples({ task, condition, questions }, answers, spec);
      leakage.push(...judged);
      if (condition === 'option-shuffle') rotations.push(...judged);
      const judge = join(files.judgements, '..', JUDGE_FILE);
      if (existsSync(judge)) {
        const report = JSON.parse(await readFile(judge, 'utf8')) as JudgeReport;
        judges.push({ condition, task: task.name, report });
      }
    }
  } finally {
    dispose();
  }
  const normal = results.filter(({ condition }) => condition === 'normal');
  const byTask = new Map(normal.map(({ task, result }) => [task, { ...result, samples: [] }]));
  const evaluation: EvaluationResult = {
    schema: 'omnict/evaluation@1',
    name: spec.name,
    seed: spec.seed,
    extraction: spec.metrics.extraction,
    results,
    tables: spec.tables.map((name) =>
      fillTable(loadTableLayout(name), [{ model: spec.name, results: byTask }]),
    ),
    ...(spec.conditions.length > 1 && { leakage: leakageTable(leakage) }),
    ...(rotations.length > 0 && { optionShuffle: circularScores(rotations) }),
    judges,
    output: spec.output,
  };
  await writeWhole(join(spec.output, EVALUATION_FILE), `${JSON.stringify(evaluation, null, 2)}\n`);
  await writeWhole(
    join(spec.output, 'tables.md'),
    evaluation.tables.map(renderFilledTable).join('\n'),
  );
  return evaluation;
}

/** Closed answers as right or wrong, by organ. */
function closedSamples(
  { condition, questions }: AskedTask,
  answers: readonly string[],
  { metrics }: EvalSpec,
): (LeakageSample & { id: string })[] {
  return questions.flatMap((question, index) => {
    const { id, answer, taskType, modality, organ } = question;
    const options = question.options ?? question.answers;
    if (options === undefined && taskType !== 'judgment') return [];
    const prediction = answers[index] as string;
    const { isCorrect } = judgeClosed(prediction, { options, answer }, metrics.extraction);
    return [{ id, condition, modality, organ: organ ?? 'others', isCorrect }];
  });
}

async function metricOptions({ metrics, seed }: EvalSpec) {
  const { encoder, layer, reportClassifier: classifier, openQaWeights: weights } = metrics;
  if (encoder !== undefined || classifier !== undefined) await selectEngine();
  const tokens = encoder === undefined ? undefined : await loadTokenEncoder(encoder, layer);
  const labeller = classifier === undefined ? undefined : await loadReportLabeller(classifier);
  const options: MetricOptions & { interval: typeof metrics.interval; seed: number } = {
    extraction: metrics.extraction,
    interval: metrics.interval,
    seed,
    ...(tokens && { tokenEncoder: tokens }),
    ...(labeller && { labeller }),
    ...(weights && { openQaWeights: weights }),
  };
  return {
    options,
    dispose: () => {
      tokens?.dispose();
      labeller?.dispose();
    },
  };
}
