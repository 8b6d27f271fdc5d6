import type { ScoredSet } from '@omnict/eval';

/** What one trial of a sweep scored. */
export interface TrialScores {
  /** Trials with the same row name differ in nothing but the seed. */
  row: string;
  /** Values of the varied config paths. */
  axes: Readonly<Record<string, unknown>>;
  seed: number;
  isBaseline: boolean;
  /** Absent when the trial did not finish. */
  model?: ScoredSet;
  /** What always giving the most frequent training answer scores on the same questions. */
  majority?: ScoredSet;
  /** Why there is no result. */
  failure?: string;
}

/** Results of one row: the same configuration with each seed. */
export interface TableRowInput {
  name: string;
  /** Decides which figure of the paper stands beside the row. */
  axes: Readonly<Record<string, unknown>>;
  /** The row that the others are compared with; at most one. */
  isBaseline: boolean;
  /** What was scored by seed; `NO_SEED` for something that is not trained. */
  seeds: ReadonlyMap<number, ScoredSet>;
  /** Trials that did not finish, with the reason: shown, never averaged away. */
  missing: readonly string[];
}

/** Stands for the seed of what has none; a spec's seeds are never negative. */
export const NO_SEED = -1;

/** Name of the row of the majority baseline. */
export const MAJORITY_ROW = 'majority answer';

/** Rows of the table in the order of the sweep, and the majority baseline last. */
export function tableRows(trials: readonly TrialScores[]): TableRowInput[] {
  const rows = new Map<string, TableRowInput>();
  for (const trial of trials) {
    const { row: name, axes, seed, isBaseline, model, failure } = trial;
    const row = rows.get(name) ?? { name, axes, isBaseline, seeds: new Map(), missing: [] };
    rows.set(name, {
      ...row,
      seeds: model === undefined ? row.seeds : new Map([...row.seeds, [seed, model]]),
      missing:
        model === undefined
          ? [...row.missing, `seed ${seed}: ${failure ?? 'not finished'}`]
          : row.missing,
    });
  }
  return [...rows.values(), ...majorityRows(trials)];
}

/** One row, or one a dataset when the sweep varies the data. */
function majorityRows(trials: readonly TrialScores[]): TableRowInput[] {
  const distinct = new Map<string, { row: string; majority: ScoredSet }>();
  for (const { row, majority } of trials) {
    if (majority === undefined) continue;
    const content = JSON.stringify(majority.samples);
    if (!distinct.has(content)) distinct.set(content, { row, majority });
  }
  return [...distinct.values()].map(({ row, majority }) => ({
    name: distinct.size === 1 ? MAJORITY_ROW : `${MAJORITY_ROW} (${row})`,
    axes: {},
    isBaseline: false,
    seeds: new Map([[NO_SEED, majority]]),
    missing: [],
  }));
}
