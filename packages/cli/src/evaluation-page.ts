import { Random, writeFileAtomic } from '@omnict/core';
import type { Condition } from '@omnict/eval';
import {
  evaluationPage,
  type PageCase,
  type PageCases,
  type PageEvaluation,
  type PageTable,
  type PageTask,
} from '@omnict/report';
import {
  type EvalSpec,
  type EvaluationResult,
  evaluationAnswers,
  sharableSpec,
} from '@omnict/runner';
import { join } from 'node:path';

/** Page of an evaluation, in its output folder. */
const EVALUATION_PAGE = 'report.html';

/** Questions on a page, and characters of an answer; drawn at random above that, always the same ones. */
const MOST_CASES = 2000;
const MOST_CHARACTERS = 2000;

/** Fields of questions whose accuracy is shown. */
const FIELDS = ['organ', 'category', 'taskType', 'modality'] as const;

/** Writes the page of an evaluation beside its other files. @returns its path */
export async function writeEvaluationPage(
  spec: EvalSpec,
  result: EvaluationResult,
): Promise<string> {
  const file = join(spec.output, EVALUATION_PAGE);
  await writeFileAtomic(file, Buffer.from(evaluationPage(await pageOf(spec, result))));
  return file;
}

async function pageOf(spec: EvalSpec, result: EvaluationResult): Promise<PageEvaluation> {
  const { name, seed, extraction, results } = result;
  return {
    name,
    tasks: results.map(taskOf),
    tables: tablesOf(result),
    cases: await casesOf(spec, results),
    origin: {
      facts: [
        {
          title: 'Evaluation',
          rows: [
            ['name', name],
            ['model', spec.model.kind],
            ['seed', String(seed)],
            ['rules of extraction', extraction],
          ],
        },
      ],
      spec: sharableSpec(spec),
    },
  };
}

function taskOf({ task, condition, result }: EvaluationResult['results'][number]): PageTask {
  const { columns, report } = result;
  return {
    task,
    condition,
    count: report.count,
    empty: report.empty,
    unparsed: report.unparsed ?? 0,
    columns: columns.map(({ title, metric, figure, substitute }) => ({
      title,
      metric,
      figure,
      ...(substitute !== undefined && { note: substitute }),
    })),
    groups: FIELDS.flatMap((field) => {
      const values = Object.entries(report.groups[field] ?? {}).flatMap(([label, { metrics }]) => {
        const figure = metrics['accuracy'] ?? null;
        return figure === null ? [] : [{ label, figure }];
      });
      return values.length < 2 ? [] : [{ field, values }];
    }),
  };
}

function tablesOf({ tables, leakage, judges, optionShuffle }: EvaluationResult): PageTable[] {
  const cell = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '-';
  return [
    ...tables.map(({ title, columns, average, rows, notes }): PageTable => ({
      title,
      columns: [...columns, average],
      notes,
      rows: rows.map((row) => ({
        name: row.model,
        cells: [...row.cells, row.average].map((value) => cell(value, 2)),
      })),
    })),
    ...(leakage === undefined
      ? []
      : [
          {
            title: 'Accuracy by organ under each condition',
            columns: leakage.columns,
            rows: leakage.rows.map(({ organ, cells }) => ({
              name: organ,
              cells: cells.map((value) => cell(value, 1)),
            })),
            notes: [],
          },
        ]),
    ...(judges.length === 0
      ? []
      : [
          {
            title: 'Judge',
            columns: ['mean in percent', 'n', 'replies not readable'],
            rows: judges.map(
              ({ task, condition, report: { mean, judged, parseFailures, models: asked } }) => ({
                name: `${asked.join(', ')} on ${task}, ${condition}`,
                cells: [
                  cell(mean === null ? null : mean * 100, 2),
                  String(judged),
                  String(parseFailures),
                ],
              }),
            ),
            notes: [],
          },
        ]),
    ...(optionShuffle === undefined
      ? []
      : [
          {
            title: 'Option shuffle',
            columns: ['all rotations', 'right in every one', 'n'],
            rows: [
              {
                name: 'accuracy in percent',
                cells: [
                  cell(optionShuffle.mean * 100, 2),
                  cell(optionShuffle.all * 100, 2),
                  String(optionShuffle.count),
                ],
              },
            ],
            notes: [],
          },
        ]),
  ];
}

/** Questions with the answers under each condition. */
async function casesOf(
  spec: EvalSpec,
  results: readonly { task: string; condition: Condition }[],
): Promise<PageCases> {
  const conditions = [...new Set(results.map(({ condition }) => condition))];
  const cases = new Map<string, PageCase>();
  for (const { task, condition } of results) {
    for (const answer of await evaluationAnswers(spec.output, condition, task)) {
      const { id, modality, organ = '', taskType, category = '', question, options = [] } = answer;
      const key = JSON.stringify([task, id]);
      const known = cases.get(key) ?? {
        id,
        image: null,
        modality,
        organ,
        task: taskType,
        skill: category,
        question,
        options,
        reference: answer.reference,
        labels: [],
        answers: conditions.map(() => null),
      };
      const text = answer.prediction.slice(0, MOST_CHARACTERS);
      const answers = known.answers.map((own, index) =>
        conditions[index] === condition ? { text, correct: answer.correct } : own,
      );
      cases.set(key, { ...known, answers });
    }
  }
  const all = [...cases.values()];
  const shown =
    all.length <= MOST_CASES ? all : new Random('report-cases').shuffle(all).slice(0, MOST_CASES);
  return {
    trials: conditions,
    images: [],
    cases: shown,
    allCases: all.length,
    allImages: 0,
  };
}
