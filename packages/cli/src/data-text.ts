import type { RowProblem } from '@omnict/data';

/** Places shown on a terminal; `--json` has more. */
const SHOWN_PROBLEMS = 20;

/** Problems of a file as lines: how many of each kind, then the first ones with their place. */
export function problemLines({
  counts,
  problems,
  first,
}: {
  counts: Readonly<Record<string, number>>;
  problems: number;
  first: readonly RowProblem[];
}): string[] {
  if (problems === 0) return ['no problems'];
  const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${problems} problems: ${kinds.join(', ')}`,
    ...first
      .slice(0, SHOWN_PROBLEMS)
      .map(({ file, line, kind, message }) => `  ${file}:${line}: ${kind}: ${message}`),
    ...(problems > SHOWN_PROBLEMS ? [`  and ${problems - SHOWN_PROBLEMS} more`] : []),
  ];
}

/** Counts by name as aligned lines, most frequent first, with their share. */
export function countLines(title: string, counts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return [
    title,
    ...entries.map(
      ([name, count]) =>
        `  ${name.padEnd(width)}  ${String(count).padStart(9)}  ${((100 * count) / total).toFixed(1).padStart(5)} %`,
    ),
  ];
}
