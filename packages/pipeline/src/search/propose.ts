import type { PreparedSweep } from '../run/prepare-sweep';
import { trialsByDraw } from './search-gate';
import { SearchJournal } from './search-journal';
import { batchOf } from './search-schema';
import { lossAt, searchedMetric } from './stage-metrics';
import { proposeTpe, type Tried } from './tpe';

/**
 * Writes down the next draws of a search that learns from those before, once these have run. Preparing
 * the sweep again gives it their trials. A draw of which no trial has a figure teaches nothing.
 *
 * @returns how many: 0 when the search is over, or learns nothing
 */
export async function proposeTrials({
  spec,
  plan,
  cache,
  runFolder,
}: Pick<PreparedSweep, 'spec' | 'plan' | 'cache' | 'runFolder'>): Promise<number> {
  const { search } = spec.sweep;
  const metric = search && searchedMetric(search);
  if (search?.method !== 'tpe' || metric === undefined) return 0;
  const journal = new SearchJournal(runFolder);
  const draws = journal.draws(search);
  const tried: Tried[] = [];
  for (const [index, trials] of trialsByDraw(plan.trials, draws).entries()) {
    const keys = trials.flatMap(({ name }) => plan.taskOf.get(name)?.[metric.stage] ?? []);
    const losses = await Promise.all([...new Set(keys)].map((key) => lossAt(cache, key, metric)));
    const known = losses.filter((loss) => loss !== undefined && !Number.isNaN(loss));
    if (known.length === 0) continue;
    const loss = known.reduce<number>((sum, value = 0) => sum + value, 0) / known.length;
    tried.push({ values: draws[index] ?? {}, loss });
  }
  const count = Math.min(batchOf(search), search.trials - draws.length);
  for (let index = draws.length; index < draws.length + count; index++) {
    await journal.note({ type: 'draw', index, values: proposeTpe(search, tried, index) });
  }
  return count;
}
