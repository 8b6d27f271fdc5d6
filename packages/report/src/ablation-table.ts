import {
  holmCorrection,
  type Interval,
  type PairedDelta,
  resolvableDifference,
  type SampleScore,
  standardErrorOfInterval,
} from '@omnict/eval';
import type { Modality } from '@omnict/core';
import { meanWithInterval, pairedDifference } from './estimates';
import { paperFigures, type PaperTable } from './paper-tables/paper-table';
import { NO_SEED, type TableRowInput } from './table-input';

/** Columns in their order: independent slices first, closed questions first. */
const MODALITIES: readonly Modality[] = ['slice', 'volume'];
const KINDS: readonly SampleScore['kind'][] = ['closed', 'open'];

/** One column: closed accuracy or Token-F1 of open questions, on one modality. */
export interface TableColumn {
  modality: Modality;
  kind: SampleScore['kind'];
  /** Questions behind each figure. */
  samples: number;
}

/** One figure of the table; all values in [0, 1]. */
export interface TableCell extends Interval {
  /** Difference to the baseline row, paired by seed and question. */
  delta?: PairedDelta;
  /** P-value of the difference, corrected by Holm over all differences of the table. */
  adjustedPValue?: number;
}

/** One row of the table. */
export interface TableRow {
  name: string;
  axes: Readonly<Record<string, unknown>>;
  isBaseline: boolean;
  seeds: readonly number[];
  /** One per column; null where the row has no such question or no finished trial. */
  cells: readonly (TableCell | null)[];
  /** The paper's figures in percent, by its column. */
  paper?: Readonly<Record<string, number>>;
  missing: readonly string[];
}

/** The final table of a sweep: plain data, ready for JSON. */
export interface AblationTable {
  confidence: number;
  columns: readonly TableColumn[];
  rows: readonly TableRow[];
  /** By column: the smallest difference that its questions can show; null without a baseline. */
  resolvable: readonly (number | null)[];
  paper?: { title: string; columns: readonly string[] };
}

/** How the table is made. */
export interface AblationTableOptions {
  confidence?: number;
  /** Bootstrap resamples. */
  resamples?: number;
  paper?: PaperTable;
}

/**
 * Compares the rows of a sweep: mean over questions and seeds, bootstrap interval over questions
 * (whole patients or phantoms where known), and the difference to the baseline row, paired by
 * seed and question, so that what all rows find hard cancels out.
 */
export function ablationTable(
  rows: readonly TableRowInput[],
  { confidence = 0.95, resamples = 2000, paper }: AblationTableOptions = {},
): AblationTable {
  const columns = presentColumns(rows);
  const baseline = rows.find(({ isBaseline }) => isBaseline);
  const options = { confidence, resamples };
  const compared = rows.map((row): TableRow => {
    const figures = paper && paperFigures(paper, row.axes);
    return {
      name: row.name,
      axes: row.axes,
      isBaseline: row.isBaseline,
      seeds: [...row.seeds.keys()].filter((seed) => seed !== NO_SEED),
      cells: columns.map((column) => {
        const own = bySeed(row, column);
        if (own.size === 0) return null;
        const estimate = meanWithInterval(own, options);
        if (baseline === undefined || row === baseline) return estimate;
        const delta = pairedDifference(own, bySeed(baseline, column), options);
        return delta === null ? estimate : { ...estimate, delta };
      }),
      ...(figures && { paper: figures }),
      missing: row.missing,
    };
  });
  return {
    confidence,
    columns,
    rows: withHolm(compared),
    resolvable: columns.map((_, column) => resolvableIn(compared, column, confidence)),
    ...(paper && { paper: { title: paper.title, columns: paper.columns } }),
  };
}

/** Corrects the p-values of all differences together: each row and column is one more chance to err. */
function withHolm(rows: readonly TableRow[]): TableRow[] {
  const deltas = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.delta ?? []));
  const corrected = holmCorrection(deltas.map(({ pValue }) => pValue));
  const adjustedOf = new Map(deltas.map((delta, index) => [delta, corrected[index] as number]));
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => {
      const adjustedPValue = cell?.delta && adjustedOf.get(cell.delta);
      return cell === null || adjustedPValue === undefined ? cell : { ...cell, adjustedPValue };
    }),
  }));
}

/** Smallest difference that every comparison of a column shows with a power of 80 %. */
function resolvableIn(
  rows: readonly TableRow[],
  column: number,
  confidence: number,
): number | null {
  const errors = rows.flatMap(({ cells }) => {
    const delta = cells[column]?.delta;
    return delta === undefined ? [] : [standardErrorOfInterval(delta, confidence)];
  });
  return errors.length === 0 ? null : resolvableDifference(Math.max(...errors));
}

function presentColumns(rows: readonly TableRowInput[]): TableColumn[] {
  return MODALITIES.flatMap((modality) =>
    KINDS.map((kind): TableColumn => {
      const counts = rows.flatMap((row) =>
        [...bySeed(row, { modality, kind }).values()].map((samples) => samples.length),
      );
      return { modality, kind, samples: Math.max(0, ...counts) };
    }).filter(({ samples }) => samples > 0),
  );
}

/** A row's samples of one column; seeds without any are left out. */
function bySeed(
  { seeds }: TableRowInput,
  { modality, kind }: Pick<TableColumn, 'modality' | 'kind'>,
): Map<number, SampleScore[]> {
  const result = new Map<number, SampleScore[]>();
  for (const [seed, samples] of seeds) {
    const own = samples.filter((sample) => sample.modality === modality && sample.kind === kind);
    if (own.length > 0) result.set(seed, own);
  }
  return result;
}
