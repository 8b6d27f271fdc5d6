import { MODALITIES } from './ablation-table';
import { MODALITY_TITLES, percent, rangeText, signed } from './figure-text';
import type { MechanismContrast } from './mechanism-contrasts';
import type { SkillColumn, SkillRow, SkillsTable } from './skills-table';
import { escapeBars } from './render-table';
import { isSure, SIGNIFICANCE, type TableCell } from './table-cell';
import { fitGrids, formatGrid, TERMINAL_WIDTH, wrapWords } from './text-grid';

/** Writes the table of skills, and what it says of each mechanism, for the terminal. In percent. */
export function renderSkillsTable(table: SkillsTable): string {
  return [
    'Closed accuracy by skill, in percent',
    ...fitGrids(table.columns.length, (columns) =>
      formatGrid(headerOf(table, columns), bodyOf(table, columns)),
    ),
    ...footnotes(table),
    ...contrastLines(table),
    '',
  ].join('\n');
}

/** Axes a line each, names a word each, so that columns are narrow. */
function headerOf({ columns }: SkillsTable, shown: readonly number[]): string[][] {
  const chosen = shown.map((column) => columns[column] as SkillColumn);
  const axes = [...new Set(chosen.flatMap((column) => column.axes.map(({ axis }) => axis)))];
  const stacks = chosen.map((column) =>
    column.axes.length === 0
      ? column.title.split(' ')
      : axes.map((axis) => column.axes.find((own) => own.axis === axis)?.value ?? ''),
  );
  const height = Math.max(axes.length, ...stacks.map(({ length }) => length));
  const lineOf = (stack: readonly string[], line: number): string =>
    stack[line - height + stack.length] ?? '';
  return Array.from({ length: height }, (_, line) => [
    lineOf(axes, line),
    lineOf(['n'], line),
    ...stacks.map((stack) => `${lineOf(stack, line)} `), // figures end in a mark or a blank
  ]);
}

function bodyOf({ rows }: SkillsTable, shown: readonly number[]): string[][] {
  return MODALITIES.flatMap((modality) => {
    const own = rows.filter((row) => row.modality === modality);
    if (own.length === 0) return [];
    return [[MODALITY_TITLES[modality]], ...own.map((row) => line(row, shown))];
  });
}

function line({ skill, samples, cells }: SkillRow, shown: readonly number[]): string[] {
  return [`  ${skill}`, String(samples), ...shown.map((column) => cellText(cells[column] ?? null))];
}

function cellText(cell: TableCell | null): string {
  return cell === null ? '- ' : `${percent(cell.mean)}${isSure(cell) ? '*' : ' '}`;
}

function footnotes({ columns }: SkillsTable): string[] {
  const baseline = columns.find(({ isBaseline }) => isBaseline);
  if (baseline === undefined) return [];
  return [
    `* differs from ${baseline.title} (below ${SIGNIFICANCE} after Holm's correction);`,
    '  paired by seed and question, resampled by patient.',
  ];
}

/** Sentences by mechanism: of what the interval leaves open, nothing is claimed. */
function contrastLines({ contrasts, confidence }: SkillsTable): string[] {
  if (contrasts.length === 0) return [];
  const level = Number((confidence * 100).toFixed(1));
  const blocks = new Map<string, string[]>();
  for (const contrast of contrasts) {
    const { mechanism, modality, skills } = contrast;
    const title = `Questions on ${MODALITY_TITLES[modality]} that need ${mechanism} (${skills.join(', ')}):`;
    blocks.set(title, [...(blocks.get(title) ?? []), ...indented(contrastSentence(contrast))]);
  }
  return [
    ...[...blocks].flatMap(([title, lines]) => [...wrapWords(title, TERMINAL_WIDTH), ...lines]),
    `Points with ${level} % intervals; Holm's correction over these ${contrasts.length} comparisons.`,
  ];
}

/** Lines of a sentence below its heading. */
function indented(text: string): string[] {
  return wrapWords(text, TERMINAL_WIDTH - 4).map(
    (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
  );
}

/** Says what a mechanism brings, with its interval. */
export function contrastSentence(contrast: MechanismContrast): string {
  const { delta, common } = contrast;
  const condition = common === '' ? '' : `${common}: `;
  const size = `${signed(delta.mean)}${rangeText(delta, signed)}, n = ${delta.count}`;
  return `${condition}${verdict(contrast)} (${size}).`;
}

function verdict(contrast: MechanismContrast): string {
  const { axis, with: own, without: other, delta } = contrast;
  if (!isSure(contrast)) return `${axis} ${own} shows no difference to ${other}`;
  return `${axis} ${own} is ${delta.mean > 0 ? 'better' : 'worse'} than ${other}`;
}

/** Writes the table of skills as Markdown, in percent. */
export function renderSkillsMarkdown({ columns, rows, ...table }: SkillsTable): string {
  const titles = ['skill', 'n', ...columns.map(({ title }) => title)];
  const lines = [
    titles,
    titles.map((_, index) => (index === 0 ? '---' : '---:')),
    ...rows.map(({ modality, skill, samples, cells }) => [
      `${MODALITY_TITLES[modality]}: ${skill}`,
      String(samples),
      ...cells.map((cell) => cellText(cell).trim()),
    ]),
  ];
  const grid = lines.map((cells) => `| ${cells.map(escapeBars).join(' | ')} |`).join('\n');
  const notes = [
    'Closed accuracy by skill, in percent.',
    ...footnotes({ columns, rows, ...table }),
  ];
  return `${grid}\n\n${notes.join(' ').replaceAll(/ +/g, ' ')}\n`;
}
