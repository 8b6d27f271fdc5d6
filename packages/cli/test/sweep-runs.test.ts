import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  MAIN,
  omnict,
  ONE,
  type RunReport,
  runSweep,
  writeTinySweep,
} from './tiny-sweep/tiny-sweep';

const folder = mkdtempSync(join(tmpdir(), 'omnict-sweep-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { spec } = writeTinySweep(folder, { steps: 2, delay: 1 });

describe('searches', () => {
  const SPACE = 'space: {components.tiny.finetune.delay: {int: [1, 60]}}';
  const search = (text: string) => [
    'sweep.matrix={}',
    '~sweep.baseline',
    'policy.maxParallel=1', // decisions have one order
    `sweep.search={${text}, ${SPACE}}`,
  ];

  it('that stop trials early fail nothing, and have rows of what came to its end', () => {
    const unknown = search('method: tpe, trials: 3, metric: finetun/link');
    const refused = omnict(folder, 'validate', spec, ...unknown, '--components', COMPONENTS);
    expect(refused.stderr).toMatch(/sweep\.search\.metric: no stage 'finetun'.*'finetune'/);
    const asha = search(
      'method: asha, trials: 6, metric: finetune/link, rungs: {first: 1, factor: 2, count: 1}',
    );
    const report = runSweep(folder, spec, ...asha, '--store', 'searched') as RunReport & {
      pruned: { message: string }[];
      table: { rows: unknown[] };
    };
    expect(report.complete).toBe(true);
    expect(report.pruned.length).toBeGreaterThan(0);
    expect(report.pruned[0]?.message).toBe('stopped by the search at step 1');
    const { distinct = 0 } = report.cost.stages.find(({ stage }) => stage === 'score') ?? {};
    expect(report.table.rows).toHaveLength(distinct + 1); // and the majority
  });

  it('that learn draw further trials, and go on with the same ones', () => {
    const tpe = search('method: tpe, trials: 3, startup: 2, seed: 4, metric: finetune/link');
    const run = () => runSweep(folder, spec, ...tpe, '--store', 'searched');
    const { runFolder, table } = run();
    const draws = readFileSync(join(folder, runFolder, 'search.jsonl'), 'utf8');
    expect(draws.trim().split('\n')).toHaveLength(1);
    expect(run().table).toEqual(table);
    expect(readFileSync(join(folder, runFolder, 'search.jsonl'), 'utf8')).toBe(draws);
  });
});

describe('a run in the background', () => {
  it('is detached, seen, attached to and cancelled', async () => {
    const gate = join(folder, 'gate');
    const held = `config.components.tiny.finetune={steps: 40, delay: 5, holdAt: 20, gate: ${gate}}`;
    const slow = [held, ...ONE];
    const store = ['--store', 'background'];
    const args = [...slow, '--components', COMPONENTS, ...store];
    const detached = omnict(folder, 'run', spec, ...args, '--detach', '--json');
    const { id, pid } = JSON.parse(detached.stdout) as { id: string; pid: number };
    const status = () =>
      JSON.parse(omnict(folder, 'status', id, ...store, '--json').stdout || '{}') as {
        drivers?: { pid: number }[];
        running?: { stage: string; done: number; total: number; secondsLeft?: number }[];
      };
    let seen = status();
    while ((seen.running?.[0]?.done ?? 0) === 0) {
      await sleep(100);
      seen = status();
    }
    expect(seen.drivers?.map((driver) => driver.pid)).toEqual([pid]);
    const [task] = seen.running ?? [];
    expect(task).toMatchObject({ stage: 'finetune', total: 40 });
    expect(task?.secondsLeft).toBeGreaterThan(0);

    const attached = spawn(process.execPath, [MAIN, 'attach', id, ...store, '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let lines = '';
    attached.stdout.on('data', (chunk: Buffer) => (lines += chunk.toString()));
    while (!lines.includes('"progress"')) await sleep(50);
    const cancelled = omnict(folder, 'cancel', id, ...store, '--json');
    expect(JSON.parse(cancelled.stdout)).toMatchObject({ id, stopped: 1, alive: 0 });
    expect(await new Promise((done) => attached.once('exit', done))).toBe(1);
    expect(lines).toMatch(/"type":"end","complete":false/);
    expect(status().drivers).toEqual([]);
    const stopped = omnict(folder, 'report', id, ...store).stdout;
    expect(stopped).toMatch(/^Stopped: 0 of 1 trials are scored, 4 of 7 tasks are done and kept\./);
    expect(stopped).toMatch(/\n {2}SCE on: stopped before its finetune\n/);
    expect(stopped).toMatch(/\nGo on: .*\n {2}npx omnict run \S+tiny\.yaml .*--store background\n/);
    writeFileSync(gate, '');
    const resumed = omnict(folder, 'run', spec, ...args);
    expect(resumed.status).toBe(0);
    expect(resumed.stderr).toMatch(/finetune: from step 20/);
  });
});

describe('failures', () => {
  const failing = 'config.components.tiny.encode={steps: 3, delay: 0, failAt: 2}';

  it('stop nothing that does not need them, unless told to', () => {
    const args = [failing, 'policy.retries=0', 'policy.maxParallel=1'];
    const goOn = runSweep(folder, spec, ...args, '--store', 'fails');
    expect(goOn.failures.map(({ task }) => task.split(' ')[0])).toEqual(['encode', 'encode']);
    expect(goOn.failures[0]?.message).toMatch(/told to fail at step 2/);
    for (const rule of ['policy.onFailure=stop', 'policy.maxFailures=1']) {
      const stopped = runSweep(folder, spec, ...args, rule, '--store', `fails-${rule.length}`);
      expect(stopped.failures).toHaveLength(1);
    }
  });

  it('by time-out go on from the checkpoint that was asked for', () => {
    const limit =
      '+profiles.short={type: local, resources: {finetune: {timeMinutes: 0.02}, default: {cpus: 1}}}';
    const long = 'config.components.tiny.finetune={steps: 30, delay: 100}';
    const args = ['launcher=short', '--components', COMPONENTS, '--store', 'time'];
    const { status, stderr } = omnict(folder, 'run', spec, limit, long, ...ONE, ...args);
    expect(stderr).toMatch(/trying again after timeout/);
    expect(stderr).toMatch(/finetune: from step [1-9]/);
    expect(status).toBe(0);
  });

  it('for want of slots are told before anything runs', () => {
    const greedy = '+profiles.big={type: local, resources: {default: {gpus: 64}}}';
    const args = ['launcher=big', '--components', COMPONENTS, '--store', 'big'];
    const { status, stderr } = omnict(folder, 'run', spec, greedy, ...args);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/64 gpus; expected at most/)]);
  });
});
