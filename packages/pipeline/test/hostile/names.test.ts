import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StageCache } from '../../src/cache/stage-cache';
import { RunFolder } from '../../src/run/run-folder';
import type { Trial } from '../../src/spec/expand';
import { planSweep } from '../../src/stage/plan';
import { runForTests, stages } from '../run-for-tests';

const PATIENT = /DOE|JOHN|MRN123456/;
const IMAGE = '/data/DOE^JOHN/MRN123456.dcm';

let folder: string;
let run: RunFolder;
let cache: StageCache;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  run = new RunFolder(join(folder, 'store', 'runs', 'study-00000000'));
  cache = new StageCache(join(folder, 'store', 'cache'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one task that tells of an image and fails with another. */
async function runTask(section: object): Promise<void> {
  await run.write('plan.json', []);
  const config = { data: section, model: { factor: 1 }, engine: 'cpu' };
  const trial = { name: 't', row: 't', axes: {}, seed: 0, config } as unknown as Trial;
  const plan = await planSweep([trial], stages.slice(0, 1), { cache });
  await runForTests(plan, {
    folder: run.path,
    cache,
    maxParallel: 1,
    onStatus: (task, result) => run.tell({ type: 'status', key: task.key, ...result }),
    onEvent: (task, event) => run.tell({ type: 'event', key: task.key, event }),
  });
}

/** Files below the store, with their content. */
const files = (): { path: string; text: string }[] =>
  readdirSync(join(folder, 'store'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

describe("a patient's name in the path of an image", () => {
  it.each([
    ['a failure', { to: 1, failAt: 1, failWith: `${IMAGE}: no image; expected a slice` }],
    ['a failure of the file system', { to: 1, failAt: 1, failWith: `ENOENT: open '${IMAGE}'` }],
    ['a log', { to: 1, say: `read ${IMAGE}` }],
  ])('in %s is in one file, which only its user may read', async (_, section) => {
    await runTask(section);
    const named = files()
      .filter(({ text }) => PATIENT.test(text))
      .map(({ path }) => path)
      .filter((path) => !path.endsWith('task.json')); // the section itself: this test put it there
    expect(named).toEqual([join(run.path, 'file-names.jsonl')]);
    expect(statSync(named[0] as string).mode & 0o777).toBe(0o600);
    const events = readFileSync(run.eventsFile, 'utf8');
    expect(events).toMatch(/file-[0-9a-f]{12}\.dcm/);
  });
});

describe('folders of a store', () => {
  it('are for their user alone', async () => {
    await runTask({ to: 1 });
    for (const mode of [statSync(run.path).mode, statSync(cache.folder).mode])
      expect(mode & 0o077).toBe(0);
  });

  it("are the group's below a folder that is shared with it", async () => {
    mkdirSync(join(folder, 'store'));
    chmodSync(join(folder, 'store'), 0o2770);
    const umask = process.umask(0o022);
    try {
      await run.write('plan.json', []);
      await cache.prepare('ab'.padEnd(64, '0'));
      for (const path of [run.path, cache.working('ab'.padEnd(64, '0'))])
        expect(statSync(path).mode & 0o7777).toBe(0o2770);
    } finally {
      process.umask(umask);
    }
  });
});
