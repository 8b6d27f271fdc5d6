/**
 * Aligns cells in columns: the first column to the left, all others to the right, a rule between
 * header and body.
 */
export function formatGrid(
  header: readonly (readonly string[])[],
  body: readonly (readonly string[])[],
): string {
  const widths: number[] = [];
  for (const row of [...header, ...body]) {
    row.forEach((text, column) => {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
    });
  }
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)));
  return [...header.map(line), rule, ...body.map(line)].join('\n');
}

/** Characters of a terminal's line, which tables keep to. */
export const TERMINAL_WIDTH = 80;

/** Counts the characters of a text's longest line. */
export function widthOf(text: string): number {
  return Math.max(...text.split('\n').map(({ length }) => length));
}

/**
 * Parts columns into groups that each fit a terminal's line, in order; a column too wide even alone stays alone.
 *
 * @param render writes a grid of some of the columns
 * @returns the grids, one below the other
 */
export function fitGrids(count: number, render: (columns: readonly number[]) => string): string[] {
  const groups: number[][] = [];
  for (let column = 0; column < count; column++) {
    const last = groups.at(-1);
    if (last !== undefined && widthOf(render([...last, column])) <= TERMINAL_WIDTH) {
      last.push(column);
    } else groups.push([column]);
  }
  return groups.map(render);
}

/** Breaks a text between words into lines of at most `width` characters; longer words stay whole. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
