import type { Reproduction, Verdict } from '@omnict/runner';

const VERDICTS: readonly Verdict[] = ['equal', 'within the noise of seeds', 'different'];

/** Writes what became of a bundle's figures, for the terminal. */
export function reproductionText({
  bundle,
  runFolder,
  complete,
  figures,
  stages,
  reasons,
  planned,
}: Reproduction & {
  bundle: string;
  runFolder: string;
  complete: boolean;
  planned: readonly string[];
}): string {
  const rows = new Map<string, typeof figures>();
  for (const figure of figures) rows.set(figure.row, [...(rows.get(figure.row) ?? []), figure]);
  const width = Math.max(6, ...figures.map(({ figure }) => figure.length));
  const counts = VERDICTS.map(
    (verdict) => `${figures.filter((figure) => figure.verdict === verdict).length} ${verdict}`,
  );
  const parting = stages.filter(({ tasks, equal }) => equal < tasks);
  const isExact = figures.every(({ verdict }) => verdict === 'equal');
  return [
    ...[...rows].flatMap(([row, own]) => [
      row,
      `  ${'figure'.padEnd(width)}  ${'bundle'.padStart(8)}  ${'here'.padStart(8)}  verdict`,
      ...own.map(
        ({ figure, before, now, verdict, note }) =>
          `  ${figure.padEnd(width)}  ${shown(before)}  ${shown(now)}  ${verdict}${note === undefined ? '' : ` (${note})`}`,
      ),
      '',
    ]),
    `${bundle}: ${figures.length} figures: ${counts.join(', ')}${complete ? '' : '; not complete: tasks failed, or it was stopped'}`,
    parting.length === 0
      ? 'The outputs of all stages have the digests of the bundle.'
      : `Outputs part at ${parting[0]?.stage}: ${parting.map(({ stage, tasks, equal }) => `${equal} of ${tasks} of ${stage} are equal`).join(', ')}`,
    ...(isExact || reasons.length + planned.length === 0
      ? []
      : ['Why it may be:', ...[...planned, ...reasons].map((reason) => `  ${reason}`)]),
    `Run: ${runFolder}`,
  ].join('\n');
}

function shown(value: number | null): string {
  return (value === null ? '-' : value.toFixed(4)).padStart(8);
}
