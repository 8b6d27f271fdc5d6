import type { ChildProcess } from 'node:child_process';
import { Random } from '@omnict/core';
import { readJournal } from '@omnict/tracking';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  listed,
  omnict,
  resultFolders,
  type RunReport,
  runSweep,
  start,
  until,
  workerPids,
  writeTinySweep,
} from './tiny-sweep/tiny-sweep';

const KILLS = 30;
const folder = mkdtempSync(join(tmpdir(), 'omnict-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let spec = '';
let whole: RunReport;
beforeAll(() => {
  ({ spec } = writeTinySweep(folder, { steps: 12, delay: 25 }));
  whole = runSweep(folder, spec, '--store', 'whole');
  expect(whole.complete).toBe(true);
});

/** Contents of all results, by path under the cache. */
function outputsOf(store: string): Map<string, string> {
  return new Map(
    resultFolders(join(folder, store)).flatMap((result) =>
      listed(join(result, 'outputs')).map((name): [string, string] => [
        join(result, name).replace(join(folder, store), ''),
        readFileSync(join(result, 'outputs', name), 'utf8'),
      ]),
    ),
  );
}

/** Numbers that the journals of a store's trials hold, by trial, `metric step value` each. */
function curvesOf(store: string): Record<string, string[]> {
  const [run = ''] = listed(join(folder, store, 'runs'));
  const root = join(folder, store, 'runs', run, 'tracking');
  const trials = listed(root).filter((name) => /^trial-\d+$/.test(name));
  return Object.fromEntries(
    trials.map((name) => [
      name,
      readJournal(join(root, name))
        .flatMap((event) => (event.type === 'metrics' ? event.metrics : []))
        .map(({ key, step, value }) => `${key} ${step} ${value}`)
        .sort(),
    ]),
  );
}

/** How often drivers told of each task that it was done. */
function timesDone(store: string): number[] {
  const times = new Map<string, number>();
  for (const run of listed(join(folder, store, 'runs'))) {
    const text = readFileSync(join(folder, store, 'runs', run, 'events.jsonl'), 'utf8');
    for (const line of text.split('\n').filter((content) => content.startsWith('{'))) {
      const event = JSON.parse(line) as { type: string; status?: string; key?: string };
      if (event.status !== 'done' || event.key === undefined) continue;
      times.set(event.key, (times.get(event.key) ?? 0) + 1);
    }
  }
  return [...times.values()];
}

/** Lines that drivers of a store's run have written. */
function eventCount(store: string): number {
  const [run = ''] = listed(join(store, 'runs'));
  const file = join(store, 'runs', run, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length : 0;
}

const exited = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once('exit', done));

describe('a sweep of eight trials', () => {
  it(`killed ${KILLS} times with kill -9 ends in the table of one that was left alone`, async () => {
    const store = join(folder, 'killed');
    const run = (): ChildProcess =>
      start(folder, 'run', spec, '--components', COMPONENTS, '--store', 'killed', '--json');
    const seen = new Map<string, number>();
    const remember = (): void => {
      for (const result of resultFolders(store)) {
        const { ino } = statSync(result);
        expect(seen.get(result) ?? ino).toBe(ino); // once there, a result is never made again
        seen.set(result, ino);
      }
    };
    const random = new Random('kill');
    let driver = run();
    for (let kill = 0; kill < KILLS; kill++) {
      if (driver.exitCode !== null || driver.signalCode !== null) driver = run();
      await until(() => workerPids(store).length > 0, driver);
      const later = eventCount(store) + random.integer(4);
      await until(() => eventCount(store) >= later, driver);
      const target = (['driver', 'worker', 'both'] as const)[kill % 3];
      if (target !== 'driver') workerPids(store).slice(0, 1).forEach(killNow);
      if (target !== 'worker') {
        driver.kill('SIGKILL');
        await exited(driver);
      }
      remember();
    }
    driver.kill('SIGKILL');
    await exited(driver);
    const resumed = runSweep(folder, spec, '--store', 'killed');
    expect(resumed.complete).toBe(true);
    expect(JSON.stringify(resumed.table)).toBe(JSON.stringify(whole.table));
    remember();
    expect(outputsOf('killed')).toEqual(outputsOf('whole'));
    expect(curvesOf('killed')).toEqual(curvesOf('whole')); // each number once
    expect(Object.values(curvesOf('whole')).flat().length).toBeGreaterThan(8 * 12);
    expect(omnict(folder, 'cache', 'verify', '--store', 'killed').stdout).toMatch(/^0 damaged/);
    expect(listed(join(store, 'cache', 'working'))).toEqual([]);
  });

  it('driven by two at once makes each stage once', async () => {
    const args = ['run', spec, '--components', COMPONENTS, '--store', 'two', '--json'];
    const drivers = [start(folder, ...args), start(folder, ...args)];
    await Promise.all(drivers.map(exited));
    expect(drivers.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const times = timesDone('two');
    expect(times).toHaveLength(resultFolders(join(folder, 'two')).length);
    expect(Math.max(...times)).toBe(1);
    expect(outputsOf('two')).toEqual(outputsOf('whole'));
    expect(curvesOf('two')).toEqual(curvesOf('whole'));
    const again = runSweep(folder, spec, '--store', 'two');
    expect(JSON.stringify(again.table)).toBe(JSON.stringify(whole.table));
  });
});

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
