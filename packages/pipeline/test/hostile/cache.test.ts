import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lease, LeaseWatch, readHolder } from '../../src/cache/lease';
import { pruneCache, verifyCache } from '../../src/cache/maintain';
import { StageCache } from '../../src/cache/stage-cache';
import { appendEvent } from '../../src/execute/event-log';
import { JobFolders } from '../../src/execute/job-folders';

const KEY = 'ab'.padEnd(64, '0');
const OTHER = 'cd'.padEnd(64, '1');
const DIGEST = '0'.repeat(64);
const LONG_AGO = new Date(0);

let folder: string;
let victim: string;
let cache: StageCache;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  victim = join(folder, 'victim');
  mkdirSync(join(victim, 'documents'), { recursive: true });
  writeFileSync(join(victim, 'documents', 'thesis.tex'), 'years of work');
  writeFileSync(join(victim, '.bashrc'), 'alias');
  utimesSync(join(victim, 'documents'), LONG_AGO, LONG_AGO);
  cache = new StageCache(join(folder, 'store', 'cache'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What nobody may have touched. */
function isVictimWhole(): boolean {
  return (
    readFileSync(join(victim, 'documents', 'thesis.tex'), 'utf8') === 'years of work' &&
    readFileSync(join(victim, '.bashrc'), 'utf8') === 'alias'
  );
}

function plant(key: string, manifest: object, files: Record<string, string> = {}): string {
  const entry = join(cache.folder, key.slice(0, 2), key);
  mkdirSync(join(entry, 'outputs'), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(entry, 'outputs', name), text);
  writeFileSync(join(entry, 'manifest.json'), JSON.stringify(manifest));
  return entry;
}

const good = (files: object) => ({ key: KEY, stage: 'model', seconds: 1, files });

describe('a manifest that names another folder as its key', () => {
  const manifest = { ...good({ gone: { bytes: 1, sha256: DIGEST } }), key: '../../../victim' };

  it('has nothing but its own folder removed by verify', async () => {
    const entry = plant(KEY, manifest);
    expect(await verifyCache(cache)).toEqual([KEY]);
    expect(existsSync(entry)).toBe(false);
    expect(isVictimWhole()).toBe(true);
  });

  it('has nothing but its own folder removed by prune', async () => {
    plant(KEY, manifest);
    expect((await pruneCache(cache, { all: true })).map(({ key }) => key)).toEqual([KEY]);
    expect(isVictimWhole()).toBe(true);
  });

  it('is listed under the name of its folder', async () => {
    plant(KEY, manifest);
    expect((await cache.list()).map(({ key }) => key)).toEqual([KEY]);
  });
});

describe('a key that is none', () => {
  it.each(['../../victim', `..${'/'.padEnd(62, 'a')}`, `${KEY}\n`, KEY.toUpperCase(), ''])(
    '%j becomes no path',
    async (key) => {
      await expect(cache.lookUp(key)).rejects.toThrow(/no key of a result/);
      await expect(cache.drop(key)).rejects.toThrow(/no key of a result/);
      await expect(cache.prepare(key)).rejects.toThrow(/no key of a result/);
      expect(isVictimWhole()).toBe(true);
    },
  );

  it('as the name of a folder is no result', async () => {
    mkdirSync(join(cache.folder, 'ab', 'not-a-key'), { recursive: true });
    mkdirSync(join(cache.folder, 'ab', OTHER), { recursive: true });
    expect(await cache.keys()).toEqual([]);
  });
});

describe('a file name in a manifest that leads out', () => {
  const secret = { bytes: 'years of work'.length, sha256: DIGEST };
  const name = '../../../../../victim/documents/thesis.tex';

  it('is no output, and the result is dropped', async () => {
    const entry = plant(KEY, good({ [name]: secret }));
    expect(existsSync(join(entry, 'outputs', name))).toBe(true); // the attack would work
    expect(await cache.lookUp(KEY)).toBeNull();
    expect(existsSync(entry)).toBe(false);
    expect(isVictimWhole()).toBe(true);
  });

  it('is not linked into a result that is made of parts', async () => {
    plant(KEY, good({ [name]: secret }));
    const { outputs } = await cache.prepare(OTHER);
    await expect(cache.assemble(outputs, [KEY])).rejects.toThrow(/is gone/);
    expect(readdirSync(outputs)).toEqual([]);
  });

  it('through a link among the outputs is no output either', async () => {
    const entry = plant(KEY, good({ 'out/thesis.tex': secret }));
    symlinkSync(join(victim, 'documents'), join(entry, 'outputs', 'out'));
    expect(await cache.lookUp(KEY)).toBeNull();
    expect(isVictimWhole()).toBe(true);
  });
});

describe('a manifest of another form', () => {
  it.each([
    ['no object', null],
    ['files that are a list', good([{ bytes: 1, sha256: DIGEST }])],
    ['no digest', good({ a: { bytes: 1, sha256: 'x' } })],
    ['negative sizes', good({ a: { bytes: -1, sha256: DIGEST } })],
    ['no stage', { seconds: 1, files: {} }],
  ])('with %s is dropped, so that the stage runs again', async (_, manifest) => {
    const entry = plant(KEY, manifest as object);
    expect(await cache.lookUp(KEY)).toBeNull();
    expect(existsSync(entry)).toBe(false);
  });
});

describe('a link in the place of a folder of the cache', () => {
  beforeEach(() => mkdirSync(cache.folder, { recursive: true }));

  it('of half-done work has nothing removed behind it', async () => {
    symlinkSync(victim, join(cache.folder, 'working'));
    await expect(pruneCache(cache, { all: true })).rejects.toThrow(/leads out/);
    expect(isVictimWhole()).toBe(true);
  });

  it('of one half-done task has nothing removed behind it', async () => {
    mkdirSync(join(cache.folder, 'working'));
    symlinkSync(victim, join(cache.folder, 'working', KEY));
    await expect(cache.prepare(KEY)).rejects.toThrow(/leads out/);
    expect(isVictimWhole()).toBe(true);
  });

  it('of leases has nothing removed behind it', async () => {
    symlinkSync(victim, join(cache.folder, 'leases'));
    await expect(verifyCache(cache)).rejects.toThrow(/leads out/);
    expect(isVictimWhole()).toBe(true);
  });

  it('of a result is dropped alone', async () => {
    mkdirSync(join(cache.folder, 'ab'));
    symlinkSync(victim, join(cache.folder, 'ab', KEY));
    writeFileSync(join(victim, 'manifest.json'), JSON.stringify(good({})));
    expect(await cache.lookUp(KEY)).toBeNull();
    expect(isVictimWhole()).toBe(true);
  });
});

describe('what an earlier attempt left', () => {
  it('is not written through when it is a link', async () => {
    const { log, metrics } = await cache.prepare(KEY);
    symlinkSync(join(victim, '.bashrc'), log);
    symlinkSync(join(victim, 'documents', 'thesis.tex'), metrics);
    expect(() => appendEvent(metrics, { type: 'metric' })).toThrow(/ELOOP/);
    const again = await cache.prepare(KEY);
    appendEvent(again.metrics, { type: 'metric' });
    appendEvent(again.log, {});
    expect(isVictimWhole()).toBe(true);
  });
});

describe('a lease whose holder is made up', () => {
  function plantHolder(key: string, holder: unknown): string {
    const lease = join(cache.leases, key);
    mkdirSync(lease, { recursive: true });
    writeFileSync(join(lease, 'holder.json'), JSON.stringify(holder));
    return lease;
  }

  it.each([
    ['a token that is a path', { token: '../../../victim/.bashrc', host: 'here', pid: 1 }],
    ['a number that is a group of processes', { token: OTHER, host: 'here', pid: -1 }],
    ['no form at all', 7],
  ])('by %s counts as nobody', async (_, holder) => {
    expect(await readHolder(plantHolder(KEY, holder))).toBeNull();
  });

  it('is put aside among the leases, once it is silent', async () => {
    const token = '../../../victim/moved';
    plantHolder(KEY, { token, host: 'another', pid: 1 });
    writeFileSync(join(cache.leases, KEY, 'beat'), '../../../../victim/moved');
    const watch = new LeaseWatch(cache.leases, -1);
    expect(await watch.isFree(KEY)).toBe(false); // seen for the first time
    expect(await watch.isFree(KEY)).toBe(true);
    expect(readdirSync(cache.leases)).toEqual([expect.stringMatching(`^${KEY}\\.unowned-\\d+$`)]);
    expect(existsSync(join(victim, 'moved'))).toBe(false);
  });

  it('under a name that leads out is not taken', async () => {
    await expect(Lease.take(cache.leases, '../../../victim/documents')).rejects.toThrow(/refused/);
    expect(isVictimWhole()).toBe(true);
  });
});

describe('a recorded plan', () => {
  it('names no folder of attempts elsewhere', async () => {
    const jobs = new JobFolders(join(folder, 'jobs'), {
      cacheFolder: cache.folder,
      components: [],
    });
    const task = { stage: '../victim/x', key: KEY } as Parameters<JobFolders['next']>[0];
    await expect(jobs.next(task, {})).rejects.toThrow(/refused/);
  });
});
