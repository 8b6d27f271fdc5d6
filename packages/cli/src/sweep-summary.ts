import { hasFigures, renderAblationTable, type TableCell, type TableColumn } from '@omnict/report';
import { figureKey, type SweepSpec, type SweepSummary } from '@omnict/runner';
import type { SweepReport } from './sweep-report';

/** Puts a sweep's report into the form that trackers show: Markdown, and figures of each row. */
export function sweepSummary(
  { name, report: { question } }: Pick<SweepSpec, 'name' | 'report'>,
  { report, page }: { report: SweepReport; page: string | undefined },
): SweepSummary {
  const { table, failures, complete } = report;
  return {
    artifacts: page === undefined ? [] : [page],
    description: [
      `## ${name}`,
      ...(question === undefined ? [] : [question]),
      ...(complete
        ? []
        : [`**Not complete**: ${failures.length} tasks failed, or it was stopped.`]),
      ...(hasFigures(table) ? [`\`\`\`text\n${renderAblationTable(table)}\n\`\`\``] : []),
      ...(page === undefined ? [] : ['Figures and cases: artifact `report.html`.']),
    ].join('\n\n'),
    rows: Object.fromEntries(
      table.rows.map((row) => [
        row.name,
        Object.assign({}, ...row.cells.map((cell, index) => figures(cell, table.columns[index]))),
      ]),
    ),
  };
}

/** A cell under names that trackers take: `table/closed_accuracy.volume`, its interval and difference. */
function figures(cell: TableCell | null, column: TableColumn | undefined): Record<string, number> {
  if (cell === null || column === undefined) return {};
  const { mean, low, high, delta } = cell;
  const key = `table/${figureKey(column.title)}.${column.modality}`;
  const known = (values: Record<string, number | null | undefined>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        value === null || value === undefined ? [] : [[`${key}${name}`, value]],
      ),
    );
  return known({
    '': mean,
    '.low': low,
    '.high': high,
    ...(delta !== undefined && {
      '.difference': delta.mean,
      '.difference.low': delta.low,
      '.difference.high': delta.high,
    }),
  });
}
