import {
  type Figure,
  holmCorrection,
  type IntervalOptions,
  type NamedMetric,
  resolvableDifference,
  standardErrorOfInterval,
} from '@omnict/eval';
import type { Modality } from '@omnict/core';
import { type Measure, rowDifference, rowFigure, type SetsBySeed } from './estimates';
import { paperFigures, type PaperTable } from './paper-tables/paper-table';
import { NO_SEED, type TableRowInput } from './table-input';

/** Columns in their order: independent slices first. */
const MODALITIES: readonly Modality[] = ['slice', 'volume'];

/** One column: a metric on one modality. */
export interface TableColumn {
  modality: Modality;
  /** The metric's name as it was asked for. */
  metric: string;
  /** The metric's name as the field writes it. */
  title: string;
  /** Questions behind each figure. */
  samples: number;
}

/** Difference of a cell to the baseline row, paired by seed and question. */
export interface CellDelta {
  mean: number;
  /** Interval; null where the questions cannot say. */
  low: number | null;
  high: number | null;
  /** Questions that both rows have. */
  count: number;
  /** Two-sided; null where the questions cannot say. */
  pValue: number | null;
}

/** One figure of the table; all values in [0, 1]. */
export interface TableCell {
  mean: number;
  /** Interval; null where the questions cannot say. */
  low: number | null;
  high: number | null;
  /** Questions. */
  count: number;
  delta?: CellDelta;
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
  /** Metrics of the trials, a column each and modality. */
  metrics: readonly NamedMetric[];
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
  { metrics, confidence = 0.95, resamples = 2000, paper }: AblationTableOptions,
): AblationTable {
  const columns = presentColumns(rows, metrics);
  const baseline = rows.find(({ isBaseline }) => isBaseline);
  const options: IntervalOptions = { method: 'bootstrap', confidence, resamples, seed: 0 };
  const compared = rows.map((row): TableRow => {
    const figures = paper && paperFigures(paper, row.axes);
    return {
      name: row.name,
      axes: row.axes,
      isBaseline: row.isBaseline,
      seeds: [...row.seeds.keys()].filter((seed) => seed !== NO_SEED),
      cells: columns.map(({ measure }) => {
        const figure = rowFigure(row.seeds, measure, options);
        if (figure === null) return null;
        if (baseline === undefined || row === baseline) return cellOf(figure);
        const delta = deltaOf(row.seeds, baseline.seeds, { measure, options });
        return { ...cellOf(figure), ...(delta !== null && { delta }) };
      }),
      ...(figures && { paper: figures }),
      missing: row.missing,
    };
  });
  return {
    confidence,
    columns: columns.map(({ measure: { modality, named }, samples }) => ({
      ...{ modality, metric: named.asked, title: named.title, samples },
    })),
    rows: withHolm(compared),
    resolvable: columns.map((_, column) => resolvableIn(compared, column, confidence)),
    ...(paper && { paper: { title: paper.title, columns: paper.columns } }),
  };
}

/** Corrects the p-values of all differences together: each row and column is one more chance to err. */
function withHolm(rows: readonly TableRow[]): TableRow[] {
  const deltas = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.delta ?? []));
  const corrected = holmCorrection(deltas.map(({ pValue }) => pValue));
  const adjustedOf = new Map(deltas.map((delta, index) => [delta, corrected[index] ?? null]));
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => {
      const adjustedPValue = (cell?.delta && adjustedOf.get(cell.delta)) ?? null;
      return cell === null || adjustedPValue === null ? cell : { ...cell, adjustedPValue };
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
    const { low = null, high = null } = cells[column]?.delta ?? {};
    return low === null || high === null
      ? []
      : [standardErrorOfInterval({ low, high }, confidence)];
  });
  return errors.length === 0 ? null : resolvableDifference(Math.max(...errors));
}

/** Columns that any row has a figure in. */
function presentColumns(
  rows: readonly TableRowInput[],
  metrics: readonly NamedMetric[],
): { measure: Measure & { modality: Modality }; samples: number }[] {
  return MODALITIES.flatMap((modality) =>
    metrics
      .map((named) => {
        const counts = rows.flatMap(({ seeds }) =>
          [...seeds.values()].map(
            ({ figures }) =>
              figures.groups['modality']?.[modality]?.metrics[named.asked]?.count ?? 0,
          ),
        );
        return { measure: { modality, named }, samples: Math.max(0, ...counts) };
      })
      .filter(({ samples }) => samples > 0),
  );
}

function cellOf({ value, count, interval }: Figure): TableCell {
  return { mean: value, low: interval?.low ?? null, high: interval?.high ?? null, count };
}

function deltaOf(
  row: SetsBySeed,
  baseline: SetsBySeed,
  context: { measure: Measure; options: IntervalOptions },
): CellDelta | null {
  const difference = rowDifference(row, baseline, context);
  if (difference === null) return null;
  const { delta: mean, low, high, count, pValue } = difference;
  return { mean, low, high, count, pValue };
}
