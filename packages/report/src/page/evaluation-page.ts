import { type Figure as Score } from '@omnict/eval';
import { inlineFigure } from '../figures/figure';
import { drawRadar } from '../figures/radar';
import { percent } from '../figure-text';
import { casesSection } from './cases-section';
import { type Markup, markup } from './markup';
import { pageDocument } from './page-document';
import type { PageCases, PageOrigin } from './page-input';
import { specMarkup } from './origin-section';

/** Figures of one task under one condition. */
export interface PageTask {
  task: string;
  condition: string;
  count: number;
  /** Closed answers that could not be read, and empty ones. */
  unparsed: number;
  empty: number;
  columns: readonly { title: string; metric: string; figure: Score | null; note?: string }[];
  /** Accuracy by field and value: `organ`, `liver`. */
  groups: readonly { field: string; values: readonly { label: string; figure: Score }[] }[];
}

/** A table of text. */
export interface PageTable {
  title: string;
  columns: readonly string[];
  rows: readonly { name: string; cells: readonly string[] }[];
  notes: readonly string[];
}

/** One evaluation on a page. */
export interface PageEvaluation {
  name: string;
  tasks: readonly PageTask[];
  /** Filled tables of the paper, figures by condition, judges. */
  tables: readonly PageTable[];
  cases?: PageCases;
  origin: PageOrigin;
}

/** Writes one self-contained page of an evaluation: figures by task and group, tables, answers. @returns HTML */
export function evaluationPage(evaluation: PageEvaluation): string {
  const { name, tasks, tables, cases, origin } = evaluation;
  const found: [id: string, title: string, body: Markup | null][] = [
    ['summary', 'Summary', summary(tasks)],
    ['groups', 'By group', groups(tasks)],
    ['tables', 'Tables', tables.length === 0 ? null : markup`${tables.map(tableMarkup)}`],
    ['cases', 'Answers', cases && cases.cases.length > 0 ? casesSection(cases, 'eval') : null],
    ['origin', 'How it was made', specMarkup(origin)],
  ];
  const sections = found.flatMap(([id, title, body]) =>
    body === null ? [] : [{ id, title, body }],
  );
  return pageDocument(`Evaluation: ${name}`, [{ name, sections }]);
}

function summary(tasks: readonly PageTask[]): Markup {
  const rows = tasks.flatMap(({ task, condition, columns }) =>
    columns.flatMap(({ title, metric, figure, note }) =>
      figure === null
        ? []
        : [
            {
              name: `${task}: ${title}${condition === 'normal' ? '' : `, ${condition}`}`,
              metric,
              figure,
              note,
            },
          ],
    ),
  );
  const drawn = benchmarkRadar(tasks);
  return markup`${tasks.map(
    ({ task, condition, count, unparsed, empty }) =>
      markup`<p>${task}, ${condition}: ${count} questions, ${unparsed} closed answers not readable, ${empty} empty.</p>`,
  )}
    <div class="scroll" role="region" aria-label="Results by task" tabindex="0"><table class="results plain">
      <thead><tr><th scope="col">Task</th><th scope="col">metric</th><th scope="col">n</th><th scope="col">percent</th></tr></thead>
      <tbody>${rows.map(
        ({ name, metric, figure, note }) =>
          markup`<tr><th scope="row"><bdi>${name}</bdi>${note === undefined ? null : markup`<br><span class="n">${note}</span>`}</th><td>${metric}</td><td>${figure.count}</td><td><span class="figure">${scoreText(figure)}</span></td></tr>`,
      )}</tbody></table></div>
    <p class="note">[Intervals] of single figures: two that overlap may still differ; to compare two models on the same questions, <code>omnict compare A B</code>.</p>
    ${drawn === null ? null : inlineFigure(drawn)}`;
}

/** Radar over the columns of all tasks under the normal condition (Figure 1(c) of the paper). */
function benchmarkRadar(tasks: readonly PageTask[]) {
  const columns = tasks
    .filter(({ condition }) => condition === 'normal')
    .flatMap(({ task, columns: own }) =>
      own.flatMap(({ title, figure }) =>
        figure === null ? [] : [{ label: { task, title }, figure }],
      ),
    );
  const titles = columns.map(({ label }) => label.title);
  const isClear = new Set(titles).size === titles.length;
  return drawRadar({
    name: 'radar-benchmarks',
    title: 'Radar over benchmarks, each in its metric',
    groups: columns.map(({ label: { task, title: own }, figure }) => ({
      label: isClear ? own : `${own} (${task})`,
      samples: figure.count,
    })),
    rows: [{ title: 'this model', values: columns.map(({ figure }) => figure.value) }],
  });
}

function groups(tasks: readonly PageTask[]): Markup | null {
  const parts = tasks.flatMap(({ task, condition, groups: own }) =>
    own.map(({ field, values }) => ({
      title: `${task}, ${condition}: accuracy by ${field}`,
      values,
    })),
  );
  if (parts.length === 0) return null;
  return markup`<div class="panels">${parts.map(({ title, values }) =>
    tableMarkup({
      title,
      columns: ['n', 'percent'],
      notes: [],
      rows: values.map(({ label, figure }) => ({
        name: label,
        cells: [String(figure.count), scoreText(figure)],
      })),
    }),
  )}</div>`;
}

function tableMarkup({ title, columns, rows, notes }: PageTable): Markup {
  return markup`<div class="drawn"><h3>${title}</h3><div class="scroll" role="region" aria-label="${title}" tabindex="0"><table>
    <thead><tr><th scope="col"></th>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
    <tbody>${rows.map(({ name, cells }) => markup`<tr><th scope="row"><bdi>${name}</bdi></th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>
    ${notes.map((note) => markup`<p class="note">${note}</p>`)}</div>`;
}

function scoreText({ value, interval }: Score): string {
  return `${percent(value)}${interval ? ` [${percent(interval.low)}, ${percent(interval.high)}]` : ''}`;
}
