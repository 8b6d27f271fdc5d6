import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  planSweep,
  retryLimits,
  type RunPlanOptions,
  StageCache,
  type StageTask,
  type Trial,
  verifyCache,
} from '../src/index';
import { runForTests, STAGES_MODULE, stages, WORKER } from './run-for-tests';

let folder = '';
let cache: StageCache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-plan-'));
  cache = new StageCache(join(folder, 'cache'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const trial = (name: string, config: object, seed = 0): Trial =>
  ({ name, row: name, axes: {}, seed, config, isBaseline: false }) as unknown as Trial;

const config = (data: object, factor = 1): object => ({ data, model: { factor }, engine: 'cpu' });

async function run(trials: Trial[], options: Partial<RunPlanOptions> = {}) {
  const plan = await planSweep(trials, stages, { cache });
  const { results, logs } = await runForTests(plan, { folder, cache, maxParallel: 2, ...options });
  const statuses = plan.tasks.map(({ key }) => results.get(key)?.status);
  const output = (trialName: string): string => {
    const key = plan.taskOf.get(trialName)?.['double'] ?? '';
    return readFileSync(join(cache.outputsOf(key), 'double'), 'utf8');
  };
  return { plan, results, statuses, logs, output };
}

describe('plans', () => {
  it('share equal stages, and key them by config, seed and what they need', async () => {
    const trials = [
      trial('a', config({ to: 2 })),
      trial('b', config({ to: 2 }, 3)),
      trial('c', config({ to: 2 }), 1),
      trial('d', config({ to: 3 })),
    ];
    const { tasks, taskOf } = await planSweep(trials, stages, { cache });
    expect(tasks.map(({ stage }) => stage)).toEqual([
      'count',
      'double',
      'double',
      'double',
      'count',
      'double',
    ]);
    expect(taskOf.get('a')?.['count']).toBe(taskOf.get('c')?.['count']);
    expect(new Set(['a', 'b', 'c', 'd'].map((name) => taskOf.get(name)?.['double'])).size).toBe(4);
  });

  it('do not depend on the order of keys in a config', async () => {
    const [one, other] = await Promise.all([
      planSweep([trial('a', config({ to: 2, delay: 0 }))], stages, { cache }),
      planSweep([trial('a', config({ delay: 0, to: 2 }))], stages, { cache }),
    ]);
    expect(one.tasks.map(({ key }) => key)).toEqual(other.tasks.map(({ key }) => key));
  });
});

describe('running', () => {
  it('runs each task once in a process, then takes everything from the cache', async () => {
    const trials = [trial('a', config({ to: 2 })), trial('b', config({ to: 2 }, 3), 1)];
    const first = await run(trials);
    expect(first.statuses).toEqual(['done', 'done', 'done']);
    expect([first.output('a'), first.output('b')]).toEqual(['4', '13']);
    const second = await run(trials);
    expect(second.statuses).toEqual(['cached', 'cached', 'cached']);
    expect(readdirSync(join(folder, 'cache', 'working'))).toEqual([]);
  });

  it('skips what needs a failed task, tells why, and runs the rest', async () => {
    const { results, statuses } = await run([
      trial('bad', config({ to: 3, failAt: 2 })),
      trial('good', config({ to: 1 })),
    ]);
    expect(statuses).toEqual(['failed', 'skipped', 'done', 'done']);
    expect([...results.values()].find(({ status }) => status === 'failed')?.message).toMatch(
      /failed at 2/,
    );
  });

  it('tries again from the checkpoint as often as allowed', async () => {
    const { statuses, logs } = await run([trial('a', config({ to: 4, failAt: 2 }))], {
      retries: retryLimits({ retries: 1, retriesByCause: {} }),
    });
    expect(statuses).toEqual(['done', 'done']);
    expect(logs.filter((text) => text.startsWith('from'))).toEqual(['from 0', 'from 2']);
  });

  it('does not try again what would fail again', async () => {
    const { statuses, logs, results } = await run([trial('a', config({ to: 4, mistakeAt: 2 }))], {
      retries: retryLimits({ retries: 3, retriesByCause: {} }),
    });
    expect(statuses).toEqual(['failed', 'skipped']);
    expect(logs).toEqual(['from 0']);
    expect([...results.values()][0]?.message).toBe('a mistake at 2');
  });

  it('stops on request with a checkpoint, and goes on later', async () => {
    const stop = new AbortController();
    const slow = [trial('a', config({ to: 40, delay: 50 }))];
    const stopped = await run(slow, {
      signal: stop.signal,
      onEvent: (_, event) => {
        if (event.type === 'progress' && event.done >= 5) stop.abort();
      },
    });
    expect(stopped.statuses).toEqual(['stopped', 'skipped']);
    const resumed = await run(slow);
    expect(resumed.statuses).toEqual(['done', 'done']);
    expect(Number(resumed.logs[0]?.slice('from '.length))).toBeGreaterThanOrEqual(5);
  });

  it('survives kill -9 of worker and driver: no half result, no lost checkpoint', async () => {
    const slow = [trial('a', config({ to: 60, delay: 50 }))];
    const { tasks } = await planSweep(slow, stages, { cache });
    const [task] = tasks as [StageTask];
    const workspace = await cache.prepare(task.key);
    const taskFile = join(folder, 'task.json');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(
      taskFile,
      JSON.stringify({
        ...task,
        folder,
        cacheFolder: cache.folder,
        components: [STAGES_MODULE],
      }),
    );
    const worker = spawn(process.execPath, [WORKER, taskFile], { stdio: 'ignore' });
    const checkpoint = join(workspace.checkpoints, 'at');
    const steps = () => (existsSync(checkpoint) ? Number(readFileSync(checkpoint, 'utf8')) : 0);
    while (steps() < 3) await sleep(20);
    worker.kill('SIGKILL');
    await new Promise((done) => worker.once('exit', done));
    expect(await cache.lookUp(task.key)).toBeNull();
    const resumed = await run(slow);
    expect(resumed.statuses).toEqual(['done', 'done']);
    expect(Number(resumed.logs[0]?.slice('from '.length))).toBeGreaterThanOrEqual(3);
  });

  it('lets two drivers share the work: each task runs once', async () => {
    const trials = [
      trial('a', config({ to: 5, delay: 40 }, 1)),
      trial('b', config({ to: 6, delay: 40 }, 2)),
    ];
    const [one, two] = await Promise.all([run(trials), run(trials)]);
    const made = [...one.statuses, ...two.statuses].filter((status) => status === 'done');
    expect(made).toHaveLength(4);
    expect(one.output('b')).toBe('24');
  });
});

describe('cache', () => {
  it('drops a result that was cut, and makes it again', async () => {
    const trials = [trial('a', config({ to: 12 }))];
    const { plan } = await run(trials);
    const [task] = plan.tasks as [StageTask];
    truncateSync(join(cache.outputsOf(task.key), 'count'), 1);
    expect((await run(trials)).statuses).toEqual(['done', 'cached']);
  });

  it('finds a changed byte by its digest', async () => {
    const { plan } = await run([trial('a', config({ to: 12 }))]);
    const [task] = plan.tasks as [StageTask];
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(cache.outputsOf(task.key), 'count'), '13');
    expect(await verifyCache(cache)).toEqual([task.key]);
    expect(await cache.lookUp(task.key)).toBeNull();
  });
});
