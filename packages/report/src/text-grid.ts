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
