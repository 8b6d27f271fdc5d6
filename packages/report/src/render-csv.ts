import { stringify } from 'csv-stringify/sync';
import type { AblationTable } from './ablation-table';
import { rowTitle } from './row-title';
import type { SkillsTable } from './skills-table';
import type { TableCell } from './table-cell';

/** What is exported of a run. */
export interface ExportedTables {
  id: string;
  table: AblationTable;
  skills?: SkillsTable;
}

/** Columns of the file: one line a figure, shares as fractions, empty where there is no value. */
const COLUMNS = [
  'run',
  'table',
  'row',
  'baseline',
  'seeds',
  'modality',
  'group',
  'metric',
  'n',
  'value',
  'low',
  'high',
  'delta',
  'delta_low',
  'delta_high',
  'delta_n',
  'p',
  'p_holm',
];

type Line = Record<string, string | number | null | undefined>;

/**
 * Writes figures of runs in long form, one a line, for spreadsheets and statistics programs. Texts that a
 * spreadsheet would take for a formula stand behind an apostrophe.
 */
export function csvTables(runs: readonly ExportedTables[]): string {
  const lines = runs.flatMap(({ id, table, skills }) => [
    ...tableLines(table).map((line) => ({ run: id, table: 'ablation', ...line })),
    ...(skills === undefined ? [] : skillLines(skills)).map((line) => ({
      run: id,
      table: 'skills',
      ...line,
    })),
  ]);
  return stringify(lines, { header: true, columns: COLUMNS, escape_formulas: true });
}

function tableLines({ rows, columns }: AblationTable): Line[] {
  return rows.flatMap((row) =>
    columns.flatMap(({ modality, metric }, index) => {
      const cell = row.cells[index] ?? null;
      if (cell === null) return [];
      const seeds = row.seeds.join(' ');
      return [
        {
          row: rowTitle(row),
          baseline: yesNo(row.isBaseline),
          seeds,
          modality,
          metric,
          ...cellFields(cell),
        },
      ];
    }),
  );
}

function skillLines({ rows, columns }: SkillsTable): Line[] {
  return rows.flatMap(({ modality, skill, cells }) =>
    cells.flatMap((cell, index) => {
      const { title: row, isBaseline = false } = columns[index] ?? {};
      if (cell === null) return [];
      return [
        {
          row,
          baseline: yesNo(isBaseline),
          modality,
          group: skill,
          metric: 'accuracy',
          ...cellFields(cell),
        },
      ];
    }),
  );
}

function cellFields({ mean, low, high, count, delta, adjustedPValue }: TableCell): Line {
  return {
    n: count,
    value: mean,
    low,
    high,
    delta: delta?.mean,
    delta_low: delta?.low,
    delta_high: delta?.high,
    delta_n: delta?.count,
    p: delta?.pValue,
    p_holm: adjustedPValue,
  };
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
