import type { TaskResult } from './evaluate-task';
import type { TableLayout } from './task-schema';

/** A model's results, by task name. */
export interface ModelResults {
  model: string;
  results: ReadonlyMap<string, TaskResult>;
}

/** A table of the paper with our figures, in percent. */
export interface FilledTable {
  title: string;
  /** Heading of each group over how many columns. */
  groups: readonly { title: string; columns: number }[];
  columns: readonly string[];
  average: string;
  /** Null where a model has no figure. */
  rows: readonly { model: string; cells: readonly (number | null)[]; average: number | null }[];
  models: TableLayout['models'];
  /** Figures that are not what the column's metric says. */
  notes: readonly string[];
}

/** Fills a layout with figures of models. As in the paper, a model with gaps has no average. */
export function fillTable(layout: TableLayout, models: readonly ModelResults[]): FilledTable {
  const places = layout.groups.flatMap(({ task, columns }) =>
    columns.map((column) => ({ task, column })),
  );
  const find = (results: ModelResults['results'], { task, column }: (typeof places)[number]) =>
    results.get(task)?.columns.find(({ key }) => key === column);
  const titleOf = (place: (typeof places)[number]): string =>
    models.map(({ results }) => find(results, place)?.title).find(Boolean) ?? place.column;
  return {
    title: layout.title,
    models: layout.models,
    groups: layout.groups.map(({ title, columns }) => ({ title, columns: columns.length })),
    columns: places.map(titleOf),
    average: layout.average,
    rows: models.map(({ model, results }) => {
      const cells = places.map((place) => find(results, place)?.figure?.percent ?? null);
      const known = cells.filter((cell) => cell !== null);
      const isWhole = known.length === cells.length;
      const average = isWhole ? known.reduce((sum, cell) => sum + cell, 0) / known.length : null;
      return { model, cells, average };
    }),
    notes: [
      ...new Set(
        models.flatMap(({ results }) =>
          places.flatMap((place) => find(results, place)?.substitute ?? []),
        ),
      ),
    ],
  };
}

/** Writes a table in Markdown, as the paper lays it out: models as rows, or as columns. */
export function renderFilledTable(table: FilledTable): string {
  const { rows, columns, average, groups, title, notes } = table;
  const figures = (row: FilledTable['rows'][number]): string[] => [
    ...row.cells.map(cellText),
    cellText(row.average),
  ];
  const names = groups.flatMap(({ title: group, columns: count }, index) => {
    const begin = groups.slice(0, index).reduce((sum, { columns: width }) => sum + width, 0);
    return columns
      .slice(begin, begin + count)
      .map((column) => (group === '' ? column : `${group} ${column}`));
  });
  const grid =
    table.models === 'rows'
      ? [['Model', ...names, average], ...rows.map((row) => [row.model, ...figures(row)])]
      : [
          ['', ...rows.map(({ model }) => model)],
          ...[...names, average].map((name, index) => [
            name,
            ...rows.map((row) => figures(row)[index] as string),
          ]),
        ];
  const [header = [], ...body] = grid;
  const lines = [header, header.map((_, index) => (index === 0 ? '---' : '---:')), ...body];
  return [
    `${title}`,
    '',
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `Note: ${note}.`)]),
    '',
  ].join('\n');
}

function cellText(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}
