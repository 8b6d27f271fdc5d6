import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SearchGate } from '../src/search/search-gate';
import {
  planSweep,
  proposeTrials,
  type Search,
  SearchJournal,
  StageCache,
  type SweepSpec,
  type Trial,
} from '../src/index';
import { runForTests, stages } from './run-for-tests';

const root = mkdtempSync(join(tmpdir(), 'omnict-search-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SPACE = { 'data.loss': { uniform: [0, 1] } };

/** Trials of the draws that are known. */
function trialsOf(draws: readonly Record<string, unknown>[]): Trial[] {
  return draws.map(
    (axes) =>
      ({
        name: `loss=${String(axes['data.loss'])}`,
        row: '',
        axes,
        seed: 0,
        config: { data: { to: 12, loss: axes['data.loss'] }, model: { factor: 1 } },
        isBaseline: false,
      }) as unknown as Trial,
  );
}

describe('ASHA', () => {
  const search: Search = {
    method: 'asha',
    trials: 6,
    seed: 1,
    space: SPACE,
    metric: 'count/loss',
    rungs: { first: 2, factor: 2, count: 2 },
  };

  /** Runs the search in a folder; one task at a time, so that its decisions have one order. */
  async function run(name: string, stopAfter = Infinity) {
    const folder = join(root, name);
    const cache = new StageCache(join(folder, 'cache'));
    const journal = new SearchJournal(folder);
    const plan = await planSweep(trialsOf(journal.draws(search)), stages, { cache });
    const stop = new AbortController();
    let steps = 0;
    const gate = SearchGate.of(search, plan, { cache, journal });
    const { results, logs } = await runForTests(plan, {
      folder,
      cache,
      maxParallel: 1,
      signal: stop.signal,
      ...(gate !== undefined && { gate }),
      onStatus: (_, { status }) => {
        if (status === 'running' && ++steps > stopAfter) stop.abort(new Error('killed'));
      },
    });
    const losses = plan.trials.map(({ axes }) => Number(axes['data.loss']));
    const statuses = plan.trials.map(
      ({ name: trial }) => results.get(plan.taskOf.get(trial)?.['double'] ?? '')?.status,
    );
    return { losses, statuses, logs, promotions: journal.promotions(), plan, cache };
  }

  it('sends the best of each rung on from its checkpoint, and stops the others', async () => {
    const { losses, statuses, logs, promotions, plan, cache } = await run('whole');
    const done = losses.filter((_, index) => statuses[index] === 'done');
    expect(done).toContain(Math.min(...losses));
    // Of 6 draws 3 are the best half at step 2, and of 3 one at step 4; early ones may be sent on beside.
    expect(promotions.filter(({ rung }) => rung === 0).length).toBeGreaterThanOrEqual(3);
    expect(done.length).toBe(promotions.filter(({ rung }) => rung === 1).length);
    expect(statuses.filter((status) => status === 'pruned').length).toBe(6 - done.length);
    expect(statuses.filter((status) => status === 'pruned').length).toBeGreaterThan(1);
    expect(logs.filter((text) => text === 'from 2').length).toBeGreaterThanOrEqual(3);
    // A draw that came to its end has the key, and the metrics, of a run without a search.
    const best = plan.trials[losses.indexOf(Math.min(...losses))];
    const key = plan.taskOf.get(best?.name ?? '')?.['count'] ?? '';
    const lines = readFileSync(cache.records(key).metrics, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
  });

  it('comes to the same trials after it was stopped on the way', async () => {
    const whole = await run('whole');
    expect(whole.statuses).not.toContain('done'); // all from the cache
    await run('stopped', 5);
    const again = await run('stopped');
    expect(again.promotions).toEqual(whole.promotions);
    const isRun = (status: unknown): boolean => status === 'done' || status === 'cached';
    expect(again.statuses.map(isRun)).toEqual(whole.statuses.map(isRun));
  });
});

describe('TPE', () => {
  const search: Search = {
    method: 'tpe',
    trials: 9,
    seed: 1,
    space: SPACE,
    metric: 'count/loss',
    startup: 4,
  };
  const spec = { sweep: { search } } as unknown as SweepSpec;

  /** Writes the figures of a plan's tasks as their stages would. */
  async function propose(name: string) {
    const runFolder = join(root, name);
    const cache = new StageCache(join(runFolder, 'cache'));
    const trials = trialsOf(new SearchJournal(runFolder).draws(search));
    const plan = await planSweep(trials, stages, { cache });
    for (const { axes, name: trial } of trials) {
      const key = plan.taskOf.get(trial)?.['count'] ?? '';
      const { metrics } = await cache.prepare(key);
      const value = (Number(axes['data.loss']) - 0.3) ** 2;
      writeFileSync(metrics, `${JSON.stringify({ key: 'loss', value, step: 1, timestamp: 0 })}\n`);
    }
    return proposeTrials({ spec, plan, cache, runFolder });
  }

  it('adds draws until there are as many as asked for, the same after a kill', async () => {
    const counts: number[] = [];
    for (let round = 0; round < 4; round++) counts.push(await propose('one'));
    expect(counts).toEqual([2, 2, 1, 0]);
    const draws = new SearchJournal(join(root, 'one')).draws(search);
    expect(draws).toHaveLength(9);
    await propose('other');
    // Killed while it wrote: the cut line is written anew.
    const journal = join(root, 'other', 'search.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').slice(0, -20) + '\n');
    while ((await propose('other')) > 0);
    expect(new SearchJournal(join(root, 'other')).draws(search).slice(0, 4)).toEqual(
      draws.slice(0, 4),
    );
    expect(new SearchJournal(join(root, 'other')).draws(search)[4]).toEqual(draws[4]);
  });

  it('takes no draw from a journal that lies outside of the ranges', () => {
    const folder = join(root, 'one');
    const draws = new SearchJournal(folder).draws({
      ...search,
      space: { 'data.loss': { uniform: [0, 0.0001] } },
    });
    expect(draws).toHaveLength(4);
  });
});
