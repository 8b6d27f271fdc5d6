import type { AblationTable, TableColumn, TableRow } from './ablation-table';
import { MODALITY_TITLES, percent, signed } from './figure-text';
import { visible } from './page/markup';
import { footnotes, rowNote } from './render-table';
import { rowTitle } from './row-title';
import type { SkillRow, SkillsTable } from './skills-table';
import { isSure, SIGNIFICANCE, type TableCell } from './table-cell';

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
};

/** Makes a text stand in LaTeX as it is: nothing in it is a command. */
export function escapeLatex(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' ')).replaceAll(
    /[\\~^<>|"&%$#_{}]/g,
    (character) => SPECIAL[character] ?? `\\${character}`,
  );
}

/**
 * Writes the table for a paper: booktabs, a line of figures with intervals and one of differences to the
 * baseline for each row, stars where a difference is left after Holm's correction, a caption with method and n.
 *
 * @param id of the run, for label and caption @returns LaTeX; needs the package booktabs
 */
export function latexTable(table: AblationTable, id: string): string {
  const paper = table.paper?.columns ?? [];
  const groups = modalityGroups(table.columns);
  const heads = [
    ...groups.map(({ modality, count }) => head(MODALITY_TITLES[modality], count)),
    ...(paper.length === 0 ? [] : [head('paper', paper.length)]),
  ];
  const rules = ruleText([
    ...groups.map(({ count }) => count),
    ...(paper.length === 0 ? [] : [paper.length]),
  ]);
  return tableText({
    columns: `l${'r'.repeat(table.columns.length + paper.length)}`,
    head: [
      `& ${heads.join(' & ')} \\\\`,
      rules,
      `Configuration & ${[...table.columns.map(({ title }) => escapeLatex(title)), ...paper.map(escapeLatex)].join(' & ')} \\\\`,
      `& ${[...table.columns.map(({ samples }) => `\\footnotesize $n = ${samples}$`), ...paper.map(() => '')].join(' & ')} \\\\`,
    ],
    body: table.rows.flatMap((row) => rowLines(row, paper)),
    caption: `${escapeLatex(id)}. ${footnotes(table).map(escapeLatex).join(' ')}`,
    label: `tab:${id}`,
  });
}

/** Writes closed accuracy by skill for a paper. @returns LaTeX; needs the package booktabs */
export function latexSkills({ columns, rows }: SkillsTable, id: string): string {
  const baseline = columns.find(({ isBaseline }) => isBaseline);
  const star =
    baseline === undefined
      ? ''
      : ` $^{*}$ differs from ${escapeLatex(baseline.title)}, below ${SIGNIFICANCE} after Holm's correction over the table; paired by seed and question, resampled by patient.`;
  const body = rows.flatMap((row, index) => [
    ...(row.modality === rows[index - 1]?.modality
      ? []
      : modalityLines(row, columns.length, index)),
    `\\quad ${escapeLatex(row.skill)} & ${row.samples} & ${row.cells.map((cell) => (cell === null ? '--' : `${percent(cell.mean)}${mark(cell)}`)).join(' & ')} \\\\`,
  ]);
  return tableText({
    columns: `lr${'r'.repeat(columns.length)}`,
    head: [`Skill & $n$ & ${columns.map(({ title }) => escapeLatex(title)).join(' & ')} \\\\`],
    body,
    caption: `${escapeLatex(id)}. Closed accuracy by skill, in percent, with $n$ questions each.${star}`,
    label: `tab:${id}-skills`,
  });
}

function modalityLines({ modality }: SkillRow, columns: number, index: number): string[] {
  const line = `\\multicolumn{${columns + 2}}{l}{${MODALITY_TITLES[modality]}} \\\\`;
  return index === 0 ? [line] : ['\\addlinespace', line];
}

function rowLines(row: TableRow, paper: readonly string[]): string[] {
  const note = rowNote(row);
  const figures = row.cells.map(figureText);
  const published = paper.map((column) => row.paper?.[column]?.toFixed(2) ?? '--');
  const deltas = row.cells.map((cell) => deltaText(row, cell));
  const second = deltas.some((text) => text !== '') || note !== '';
  return [
    `${escapeLatex(rowTitle(row))} & ${[...figures, ...published].join(' & ')} \\\\`,
    ...(second
      ? [
          `${note === '' ? '' : `\\quad \\footnotesize ${escapeLatex(note)}`} & ${[...deltas, ...paper.map(() => '')].join(' & ')} \\\\`,
        ]
      : []),
  ];
}

function figureText(cell: TableCell | null): string {
  if (cell === null) return '--';
  const { mean, low, high } = cell;
  const range =
    low === null || high === null ? '' : ` {\\footnotesize [${percent(low)}, ${percent(high)}]}`;
  return `${percent(mean)}${range}`;
}

function deltaText({ isBaseline }: TableRow, cell: TableCell | null): string {
  if (isBaseline) return '\\footnotesize baseline';
  if (cell?.delta === undefined) return '';
  const { mean, low, high } = cell.delta;
  const range = low === null || high === null ? '' : ` [$${signed(low)}$, $${signed(high)}$]`;
  return `\\footnotesize $${signed(mean)}$${range}${mark(cell)}`;
}

function mark(cell: TableCell): string {
  return isSure(cell) ? '$^{*}$' : '';
}

function modalityGroups(columns: readonly TableColumn[]) {
  const groups: { modality: TableColumn['modality']; count: number }[] = [];
  for (const { modality } of columns) {
    const last = groups.at(-1);
    if (last?.modality === modality) last.count++;
    else groups.push({ modality, count: 1 });
  }
  return groups;
}

function head(title: string, columns: number): string {
  return `\\multicolumn{${columns}}{c}{${title}}`;
}

/** Rules below groups of columns, the first of which stands in the second column. */
function ruleText(counts: readonly number[]): string {
  let from = 2;
  return counts
    .map((count) => {
      const rule = `\\cmidrule(lr){${from}-${from + count - 1}}`;
      from += count;
      return rule;
    })
    .join(' ');
}

interface TableText {
  columns: string;
  head: readonly string[];
  body: readonly string[];
  caption: string;
  label: string;
}

function tableText({ columns, head: top, body, caption, label }: TableText): string {
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}[t]',
    '\\centering',
    '\\small',
    `\\caption{${caption}}`,
    `\\label{${label.replaceAll(/[^A-Za-z0-9:.-]/g, '-')}}`,
    `\\begin{tabular}{${columns}}`,
    '\\toprule',
    ...top,
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
