import type { AblationTable, TableColumn, TableRow } from './ablation-table';
import { MODALITY_TITLES, percent, rangeText, signed } from './figure-text';
import { isSure, SIGNIFICANCE, type TableCell } from './table-cell';
import { rowTitle } from './row-title';
import { fitGrids, formatGrid, TERMINAL_WIDTH, wrapWords } from './text-grid';

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

/** Characters of a row's name before it goes on in the next line. */
const NAME_WIDTH = 28;

/** One column of the text: three lines of header, and two lines of each row. */
interface TextColumn {
  header: readonly string[];
  cells: readonly (readonly string[])[];
}

/** Two lines a row: figures, and differences below them; what a line does not hold goes into a grid below. */
function renderText(table: AblationTable): string {
  const names = table.rows.map((row) => [
    ...wrapWords(rowTitle(row), NAME_WIDTH),
    ...noteLines(row),
  ]);
  const columns = textColumns(table);
  const grids = fitGrids(columns.length, (shown) => {
    const chosen = shown.map((column) => columns[column] as TextColumn);
    const header = [0, 1, 2].map((line) => [
      '',
      ...chosen.map((column) => column.header[line] ?? ''),
    ]);
    const body = names.flatMap((lines, row) => {
      const height = Math.max(
        lines.length,
        ...chosen.map(({ cells }) => usedLines(cells[row] ?? [])),
      );
      return Array.from({ length: height }, (_, line) => [
        lines[line] ?? '',
        ...chosen.map(({ cells }) => cells[row]?.[line] ?? ''),
      ]);
    });
    return formatGrid(header, body);
  });
  const notes = footnotes(table).flatMap((note) => wrapWords(note, TERMINAL_WIDTH));
  return `${grids.join('\n\n')}\n${notes.join('\n')}\n`;
}

function textColumns(table: AblationTable): TextColumn[] {
  const measured = table.columns.map(({ modality, title, samples }, index): TextColumn => ({
    header: [MODALITY_TITLES[modality], title, `n = ${samples}`],
    cells: table.rows.map((row) => {
      const cell = row.cells[index] ?? null;
      return [cellText(cell), deltaText(row, cell)];
    }),
  }));
  const published = paperColumns(table).map((name, index): TextColumn => ({
    header: ['paper', name],
    cells: table.rows.map((row) => [paperCells(table, row)[index] ?? '-']),
  }));
  return [...measured, ...published];
}

function usedLines(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line !== '') + 1;
}

function noteLines(row: TableRow): string[] {
  const note = rowNote(row);
  return note === '' ? [] : wrapWords(note, NAME_WIDTH).map((line) => `  ${line}`);
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
      note === ''
        ? escapeBars(rowTitle(row))
        : `${escapeBars(rowTitle(row))}<br>${escapeBars(note)}`,
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

/** Writes a figure with its interval. */
export function cellText(cell: TableCell | null): string {
  if (cell === null) return '-';
  return `${percent(cell.mean)}${rangeText(cell, percent)}`;
}

/** Writes the difference to the baseline below a figure. */
export function deltaText({ isBaseline }: TableRow, cell: TableCell | null): string {
  if (isBaseline) return cell === null ? '' : 'baseline';
  if (cell?.delta === undefined) return '';
  return `${signed(cell.delta.mean)}${rangeText(cell.delta, signed)}${isSure(cell) ? '*' : ''}`;
}

/** Says how many seeds a row has and what is missing of it. */
export function rowNote({ seeds, missing }: TableRow): string {
  const parts = seeds.length > 1 ? [`${seeds.length} seeds`] : [];
  return [...parts, ...missing].join('; ');
}

/** Says how the figures were made and what the table can show. */
export function footnotes({
  confidence,
  rows,
  paper,
  columns,
  resolvable,
}: AblationTable): string[] {
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

function paperCells(table: AblationTable, { paper }: TableRow): string[] {
  return paperColumns(table).map((column) => paper?.[column]?.toFixed(2) ?? '-');
}

/** Keeps a bar in a cell of Markdown. */
export function escapeBars(text: string): string {
  return text.replaceAll('|', '\\|');
}
