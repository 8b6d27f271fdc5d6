import type { AblationTable, TableColumn, TableRow } from './ablation-table';
import { MODALITY_TITLES, rangeText, signed } from './figure-text';
import { rowTitle } from './row-title';
import { isSure, type TableCell } from './table-cell';
import { MAJORITY_ROW } from './table-input';

/** What a table says of one row in one column, never more than its interval does. */
export interface Finding {
  text: string;
  /** False where the interval leaves open whether there is a difference. */
  isShown: boolean;
}

/** Says for each difference of a table whether it is shown: interval, corrected p-value, questions. */
export function tableFindings(table: AblationTable): Finding[] {
  const baseline = table.rows.find(({ isBaseline }) => isBaseline);
  if (baseline === undefined) return [];
  return table.rows
    .filter((row) => !row.isBaseline && !isMajorityRow(row))
    .flatMap((row) =>
      table.columns.flatMap((column, index) => {
        const cell = row.cells[index] ?? null;
        return cell === null ? [] : finding(cell, { row, column, against: rowTitle(baseline) });
      }),
    );
}

/** True for the row of always the most frequent answer. */
export function isMajorityRow({ name }: Pick<TableRow, 'name'>): boolean {
  return name.startsWith(MAJORITY_ROW);
}

/** Writes a corrected p-value as papers do. */
function pText(value: number | undefined): string {
  if (value === undefined) return 'no p-value: too few questions';
  return value < 0.001 ? 'corrected p < 0.001' : `corrected p = ${value.toFixed(3)}`;
}

function finding(
  cell: TableCell,
  { row, column, against }: { row: TableRow; column: TableColumn; against: string },
): Finding[] {
  const { delta, adjustedPValue } = cell;
  if (delta === undefined) return [];
  const isShown = isSure(cell);
  const verb = !isShown
    ? 'is not shown to differ from'
    : `scores ${delta.mean > 0 ? 'higher' : 'lower'} than`;
  const size = `${signed(delta.mean)} points${rangeText(delta, signed)}, ${pText(adjustedPValue)}, n = ${delta.count}`;
  const place = `${column.title} of ${MODALITY_TITLES[column.modality]}`;
  return [{ isShown, text: `${rowTitle(row)} ${verb} ${against} in ${place}: ${size}.` }];
}
