import type { Modality } from '@omnict/nn';
import { type Estimate, meanWithInterval, pairedDifference } from './estimates';
import { paperFigures, type PaperTable } from './paper-tables/paper-table';
import {
  type MeasureName,
  MEASURES,
  MODALITIES,
  type SampleScore,
  type TableRowInput,
} from './table-input';

/** One column: a measure on one modality. */
export interface TableColumn {
  modality: Modality;
  measure: MeasureName;
  /** Questions behind each figure. */
  samples: number;
}

/** One figure of the table; all values in [0, 1]. */
export interface TableCell extends Estimate {
  /** Difference to the baseline row, paired by seed and question. */
  delta?: Estimate;
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
  return {
    confidence,
    columns,
    rows: rows.map((row): TableRow => {
      const figures = paper && paperFigures(paper, row.axes);
      return {
        name: row.name,
        axes: row.axes,
        isBaseline: row.isBaseline,
        seeds: [...row.seeds.keys()],
        cells: columns.map((column) => {
          const own = bySeed(row, column);
          if (own.size === 0) return null;
          const estimate = meanWithInterval(own, options);
          if (baseline === undefined || row === baseline) return estimate;
          const delta = pairedDifference(own, bySeed(baseline, column), options);
          return delta === null ? estimate : { ...estimate, delta };
        }),
        ...(figures && { paper: figures }),
        missing: row.missing ?? [],
      };
    }),
    ...(paper && { paper: { title: paper.title, columns: paper.columns } }),
  };
}

function presentColumns(rows: readonly TableRowInput[]): TableColumn[] {
  return MODALITIES.flatMap((modality) =>
    MEASURES.map((measure): TableColumn => {
      const counts = rows.flatMap((row) =>
        [...bySeed(row, { modality, measure }).values()].map((samples) => samples.length),
      );
      return { modality, measure, samples: Math.max(0, ...counts) };
    }).filter(({ samples }) => samples > 0),
  );
}

/** A row's samples of one column; seeds without any are left out. */
function bySeed(
  { seeds }: TableRowInput,
  { modality, measure }: Pick<TableColumn, 'modality' | 'measure'>,
): Map<number, SampleScore[]> {
  const result = new Map<number, SampleScore[]>();
  for (const [seed, samples] of seeds) {
    const own = samples.filter(
      (sample) => sample.modality === modality && sample.measure === measure,
    );
    if (own.length > 0) result.set(seed, own);
  }
  return result;
}
