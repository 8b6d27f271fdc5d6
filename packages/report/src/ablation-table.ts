import {
  type IntervalOptions,
  type NamedMetric,
  resolvableDifference,
  standardErrorOfInterval,
} from '@omnict/eval';
import type { Modality } from '@omnict/core';
import type { Measure } from './estimates';
import { paperFigures, type PaperTable } from './paper-tables/paper-table';
import { comparedCell, type TableCell, withHolm } from './table-cell';
import { NO_SEED, type TableRowInput } from './table-input';

/** Modalities in the order of tables: independent slices first. */
export const MODALITIES: readonly Modality[] = ['slice', 'volume'];

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

/** False for the table of a sweep of which nothing is scored yet. */
export function hasFigures({ rows }: Pick<AblationTable, 'rows'>): boolean {
  return rows.some(({ cells }) => cells.some((cell) => cell !== null));
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
      cells: columns.map(({ measure }) =>
        comparedCell(row.seeds, baseline === row ? undefined : baseline?.seeds, {
          measure,
          options,
        }),
      ),
      ...(figures && { paper: figures }),
      missing: row.missing,
    };
  });
  return {
    confidence,
    columns: columns.map(({ measure: { modality, named }, samples }) => ({
      modality,
      metric: named.asked,
      title: named.title,
      samples,
    })),
    rows: withHolm(compared),
    resolvable: columns.map((_, column) => resolvableIn(compared, column, confidence)),
    ...(paper && { paper: { title: paper.title, columns: paper.columns } }),
  };
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
