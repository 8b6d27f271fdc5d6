import type { AblationTable, TableColumn, TableRow } from './ablation-table';
import { MODALITY_TITLES, percent, rangeText, signed } from './figure-text';
import { isSure, SIGNIFICANCE, type TableCell } from './table-cell';
import { formatGrid } from './text-grid';

/** Forms a table can be written in. */
export type TableFormat = 'text' | 'markdown' | 'json';

/** Writes a table for the terminal, for Markdown, or as JSON. Figures in percent, but in JSON. */
export function renderAblationTable(table: AblationTable, format: TableFormat = 'text'): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(table, null, 2)}\n`;
    case 'markdown':
      return renderMarkdown(table);
    case 'text':
      return renderText(table);
  }
}

function renderText(table: AblationTable): string {
  const header = [
    ['', ...table.columns.map(({ modality }) => MODALITY_TITLES[modality]), ...paperTitles(table)],
    ['', ...table.columns.map(({ title }) => title), ...paperColumns(table)],
    [
      '',
      ...table.columns.map(({ samples }) => `n = ${samples}`),
      ...paperColumns(table).map(() => ''),
    ],
  ];
  const body = table.rows.flatMap((row) => {
    const deltas = row.cells.map((cell) => deltaText(row, cell));
    const first = [row.name, ...row.cells.map(cellText), ...paperCells(table, row)];
    const second = [`  ${rowNote(row)}`, ...deltas, ...paperColumns(table).map(() => '')];
    return second.every((text) => text.trim() === '') ? [first] : [first, second];
  });
  return `${formatGrid(header, body)}\n${footnotes(table).join('\n')}\n`;
}

function renderMarkdown(table: AblationTable): string {
  const titles = [
    'configuration',
    ...table.columns.map(columnTitle),
    ...paperColumns(table).map((column) => `paper ${column}`),
  ];
  const lines = [titles, titles.map((_, index) => (index === 0 ? '---' : '---:'))];
  for (const row of table.rows) {
    const note = rowNote(row);
    lines.push([
      note === '' ? escapeBars(row.name) : `${escapeBars(row.name)}<br>${escapeBars(note)}`,
      ...row.cells.map((cell) => {
        const delta = deltaText(row, cell);
        return delta === '' ? cellText(cell) : `${cellText(cell)}<br>${delta}`;
      }),
      ...paperCells(table, row),
    ]);
  }
  const grid = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `${grid}\n\n${footnotes(table).join('  \n')}\n`;
}

function columnTitle({ modality, title, samples }: TableColumn): string {
  return `${MODALITY_TITLES[modality]}: ${title} (n = ${samples})`;
}

function cellText(cell: TableCell | null): string {
  if (cell === null) return '-';
  return `${percent(cell.mean)}${rangeText(cell, percent)}`;
}

function deltaText({ isBaseline }: TableRow, cell: TableCell | null): string {
  if (isBaseline) return cell === null ? '' : 'baseline';
  if (cell?.delta === undefined) return '';
  return `${signed(cell.delta.mean)}${rangeText(cell.delta, signed)}${isSure(cell) ? '*' : ''}`;
}

function rowNote({ seeds, missing }: TableRow): string {
  const parts = seeds.length > 1 ? [`${seeds.length} seeds`] : [];
  return [...parts, ...missing].join('; ');
}

function footnotes({ confidence, rows, paper, columns, resolvable }: AblationTable): string[] {
  const interval = `In percent; [${Number((confidence * 100).toFixed(1))} % bootstrap interval over questions, resampled by patient].`;
  const delta = rows.some(({ isBaseline }) => isBaseline)
    ? [
        'Signed figures: difference to the baseline row, paired by seed and question.',
        `* below ${SIGNIFICANCE} after Holm's correction over all differences of the table.`,
        ...powerNote(columns, resolvable),
      ]
    : [];
  const source = paper ? [`Paper: ${paper.title}; other data, so compare differences only.`] : [];
  return [interval, ...delta, ...source];
}

/** What differences the table can show at all. */
function powerNote(
  columns: AblationTable['columns'],
  resolvable: AblationTable['resolvable'],
): string[] {
  const parts = columns.flatMap(({ modality, title }, index) => {
    const difference = resolvable[index] ?? null;
    return difference === null
      ? []
      : [`${percent(difference)} in ${title} of ${MODALITY_TITLES[modality]}`];
  });
  return parts.length === 0
    ? []
    : [`This table can resolve a difference of ${parts.join(', ')} (power 80 %).`];
}

function paperColumns({ paper }: AblationTable): readonly string[] {
  return paper?.columns ?? [];
}

function paperTitles(table: AblationTable): string[] {
  return paperColumns(table).map(() => 'paper');
}

function paperCells(table: AblationTable, { paper }: TableRow): string[] {
  return paperColumns(table).map((column) => paper?.[column]?.toFixed(2) ?? '-');
}

function escapeBars(text: string): string {
  return text.replaceAll('|', '\\|');
}
