import { formatGrid, TERMINAL_WIDTH, wrapWords } from './text-grid';

/** What a sweep that was stopped, or of which tasks failed, has and lacks. */
export interface Unfinished {
  /** False where tasks failed, and nobody stopped it. */
  isStopped: boolean;
  /** Trials with scores, and in all. */
  scored: number;
  trials: number;
  stages: readonly { stage: string; done: number; failed: number; left: number }[];
  /** Trials without scores, by their titles, and why. */
  missing: readonly { title: string; reason: string }[];
}

/** Trials that are named; of more, their number is told. */
const MOST_NAMED = 12;

/** Says in one sentence what there is. */
export function unfinishedSentence({ isStopped, scored, trials, stages }: Unfinished): string {
  const done = stages.reduce((sum, stage) => sum + stage.done, 0);
  const all = stages.reduce((sum, { failed, left }) => sum + failed + left, done);
  return `${isStopped ? 'Stopped' : 'Not complete'}: ${scored} of ${trials} trials are scored, ${done} of ${all} tasks are done and kept.`;
}

/** Writes what is done and what is not, for the terminal. */
export function renderUnfinished(unfinished: Unfinished): string {
  const { stages, missing } = unfinished;
  const named = missing.slice(0, MOST_NAMED);
  const more = missing.length - named.length;
  return [
    ...wrapWords(unfinishedSentence(unfinished), TERMINAL_WIDTH),
    '',
    formatGrid(
      [['stage', 'done', 'failed', 'left']],
      stages.map(({ stage, done, failed, left }) => [stage, ...[done, failed, left].map(String)]),
    ),
    '',
    'Not scored:',
    ...named.flatMap(({ title, reason }) =>
      wrapWords(`${title}: ${reason}`, TERMINAL_WIDTH - 4).map(
        (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
      ),
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
  ].join('\n');
}
