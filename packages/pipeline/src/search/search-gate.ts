import { canonicalJson } from '@omnict/core';
import type { StageCache } from '../cache/stage-cache';
import type { PausePoint } from '../execute/task-file';
import type { Trial } from '../spec/expand';
import type { PlainObject } from '../spec/paths';
import type { StageTask, SweepPlan } from '../stage/plan';
import { Asha } from './asha';
import type { SearchJournal } from './search-journal';
import { rungSteps, type Search } from './search-schema';
import { lossAt, type SearchedMetric, searchedMetric } from './stage-metrics';

/** Whether a task may run now: to its end, to a step, or not. */
type Admission = 'run' | PausePoint | 'hold';

/** Trials of each draw; those beside the search are in none. */
export function trialsByDraw(trials: readonly Trial[], draws: readonly PlainObject[]): Trial[][] {
  return draws.map((values) =>
    trials.filter(({ axes }) =>
      Object.entries(values).every(
        ([path, value]) => path in axes && canonicalJson(axes[path]) === canonicalJson(value),
      ),
    ),
  );
}

/**
 * Lets tasks of the searched stage run to a rung and no further until their draw is sent on. A task
 * stops there with a checkpoint and keeps its key: sent on, it goes on as after a kill, and a draw
 * that comes to its end has the result that it would have without a search.
 */
export class SearchGate {
  private readonly asha: Asha;
  private readonly steps: readonly number[];
  /** Keys of the tasks of each draw. */
  private readonly arms: readonly (readonly string[])[];

  private constructor(
    private readonly metric: SearchedMetric,
    { search, plan, draws }: { search: Search; plan: SweepPlan; draws: readonly PlainObject[] },
    private readonly surroundings: { cache: StageCache; journal: SearchJournal },
  ) {
    this.steps = rungSteps(search);
    this.asha = new Asha(search.rungs?.factor ?? 3, this.steps.length);
    this.arms = trialsByDraw(plan.trials, draws).map((trials) => [
      ...new Set(trials.flatMap(({ name }) => plan.taskOf.get(name)?.[metric.stage] ?? [])),
    ]);
    for (const promotion of surroundings.journal.promotions()) this.asha.promote(promotion);
  }

  /** Opens the gate of a sweep; undefined when its search judges nothing on the way. */
  static of(
    search: Search | undefined,
    plan: SweepPlan,
    surroundings: { cache: StageCache; journal: SearchJournal },
  ): SearchGate | undefined {
    if (search === undefined || search.method !== 'asha') return undefined;
    const metric = searchedMetric(search);
    if (metric === undefined) return undefined;
    const draws = surroundings.journal.draws(search);
    return new SearchGate(metric, { search, plan, draws }, surroundings);
  }

  /** How far a task may run now. */
  async admit({ key }: StageTask): Promise<Admission> {
    const own = this.arms.flatMap((tasks, arm) => (tasks.includes(key) ? [arm] : []));
    if (own.length === 0) return 'run';
    const step = this.steps[Math.max(...own.map((arm) => this.asha.rungOf(arm)))];
    if (step === undefined) return 'run';
    const { cache } = this.surroundings;
    const loss = await lossAt(cache, key, { ...this.metric, step });
    return loss === undefined ? { metric: this.metric.key, step } : 'hold';
  }

  /**
   * Sends one draw on, if one has earned it.
   *
   * @returns the keys of its tasks; undefined when none may go on yet
   */
  async sendOn(): Promise<readonly string[] | undefined> {
    const { journal } = this.surroundings;
    await this.takeReports();
    // Another driver of the same sweep may have decided meanwhile.
    const theirs = journal.promotions().find((promotion) => !this.asha.isPromoted(promotion));
    const promotion = theirs ?? this.asha.next();
    if (promotion === undefined) return undefined;
    if (theirs === undefined) await journal.note({ type: 'promote', ...promotion });
    this.asha.promote(promotion);
    return this.arms[promotion.arm] ?? [];
  }

  /** Step that a task was stopped at, for people. */
  stepOf({ key }: StageTask): number | undefined {
    const own = this.arms.flatMap((tasks, arm) => (tasks.includes(key) ? [arm] : []));
    return this.steps[Math.max(...own.map((arm) => this.asha.rungOf(arm)))];
  }

  /**
   * A draw has come to a rung once all of its tasks have. Figures lie with the tasks: after a kill those
   * of the rungs that a draw has left are read again.
   */
  private async takeReports(): Promise<void> {
    for (const arm of this.arms.keys()) {
      for (const rung of this.steps.keys()) {
        if (rung > this.asha.rungOf(arm) || this.asha.hasReport(arm, rung)) continue;
        const loss = await this.lossOf(arm, rung);
        if (loss !== undefined) this.asha.report({ arm, rung }, loss);
      }
    }
  }

  private async lossOf(arm: number, rung: number): Promise<number | undefined> {
    const tasks = this.arms[arm] ?? [];
    const step = this.steps[rung];
    if (tasks.length === 0 || step === undefined) return undefined;
    let sum = 0;
    for (const key of tasks) {
      const loss = await lossAt(this.surroundings.cache, key, { ...this.metric, step });
      if (loss === undefined) return undefined;
      sum += loss;
    }
    return sum / tasks.length;
  }
}
