import { ConfigError, PAPER_TABLE_NAMES, type PaperTableName } from '@omnict/core';
import { TABLE_1 } from './table-1';
import { TABLE_6 } from './table-6';
import { TABLE_10 } from './table-10';
import { TABLE_11 } from './table-11';
import { TABLE_12 } from './table-12';
import { TABLE_13 } from './table-13';
import { TABLE_15 } from './table-15';

/** Figures of one row of a table of the paper. */
export interface PaperRow {
  /** Config values that make a row of ours the counterpart of this one. */
  when: Readonly<Record<string, unknown>>;
  /** Percent, by column. */
  values: Readonly<Record<string, number>>;
}

/** A table of the paper. */
export interface PaperTable {
  title: string;
  columns: readonly string[];
  rows: readonly PaperRow[];
}

const PAPER_TABLES: Readonly<Record<PaperTableName, PaperTable>> = {
  'table-1': TABLE_1,
  'table-6': TABLE_6,
  'table-10': TABLE_10,
  'table-11': TABLE_11,
  'table-12': TABLE_12,
  'table-13': TABLE_13,
  'table-15': TABLE_15,
};

/** A table of the paper by name. @throws ConfigError naming the known ones */
export function paperTable(name: string): PaperTable {
  const known = PAPER_TABLE_NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return PAPER_TABLES[known];
  throw new ConfigError(
    `report.paperTable: no such table; expected one of ${PAPER_TABLE_NAMES.join(', ')}, got '${name}'; correct the spec`,
  );
}

/** The paper's figures for a row of ours, or undefined when it has no counterpart. */
export function paperFigures(
  table: PaperTable,
  axes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, number>> | undefined {
  return table.rows.find(({ when }) =>
    Object.entries(when).every(([path, value]) => axes[path] === value),
  )?.values;
}
