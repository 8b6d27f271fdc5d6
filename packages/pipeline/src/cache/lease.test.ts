import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lease, LeaseWatch, readHolder } from './lease';
import { ownIdentity } from './process-identity';

const STALE_AFTER_MS = 1000;
const YEAR_MS = 365 * 24 * 3600 * 1000;
const THEIRS = 'aaaaaaaa-0000-4000-8000-000000000001';
const DEAD = 'aaaaaaaa-0000-4000-8000-000000000002';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'omnict-leases-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

/** A lease as another host would have written it. */
function otherHostsLease(key: string): { beat: (count: number) => void } {
  const folder = join(root, key);
  mkdirSync(folder);
  const holder = { token: THEIRS, host: 'another-host pid:[1]', pid: process.pid };
  writeFileSync(join(folder, 'holder.json'), JSON.stringify(holder));
  const beat = (count: number): void => writeFileSync(join(folder, 'beat'), String(count));
  beat(0);
  return { beat };
}

describe('a lease', () => {
  it('is had by one, and by the next once it is given back', async () => {
    const first = await Lease.take(root, 'task');
    expect(await Lease.take(root, 'task')).toBeNull();
    expect(await first?.isHeld()).toBe(true);
    await first?.release();
    const second = await Lease.take(root, 'task');
    expect(await second?.isHeld()).toBe(true);
    await second?.release();
    expect(await new LeaseWatch(root).held()).toEqual([]);
  });

  it('of a dead process of this host is taken at once', async () => {
    mkdirSync(join(root, 'task'));
    const dead = { token: DEAD, ...ownIdentity(), started: '1' }; // our number, but not our start
    writeFileSync(join(root, 'task', 'holder.json'), JSON.stringify(dead));
    const lease = await Lease.take(root, 'task');
    expect((await readHolder(join(root, 'task')))?.token).toBe(lease?.token);
    await lease?.release();
  });

  it('of another host is left alone while it beats, and is free when it stands still', async () => {
    const { beat } = otherHostsLease('task');
    const watch = new LeaseWatch(root, STALE_AFTER_MS);
    expect(await Lease.take(root, 'task')).toBeNull();
    for (let count = 1; count <= 6; count++) {
      beat(count);
      expect(await watch.isFree('task')).toBe(false);
      await sleep(STALE_AFTER_MS / 4);
    }
    await sleep(STALE_AFTER_MS * 1.5);
    expect(await watch.isFree('task')).toBe(true);
    expect(existsSync(join(root, 'task'))).toBe(false);
  });

  it('does not depend on clocks: neither ours nor a file server that lives in another year', async () => {
    otherHostsLease('task');
    const watch = new LeaseWatch(root, STALE_AFTER_MS);
    expect(await watch.isFree('task')).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'] });
    for (const jump of [YEAR_MS, -2 * YEAR_MS]) {
      vi.setSystemTime(Date.now() + jump);
      utimesSync(join(root, 'task', 'beat'), new Date(Date.now()), new Date(Date.now()));
      expect(await watch.isFree('task')).toBe(false);
    }
    await sleep(STALE_AFTER_MS * 1.5);
    expect(await watch.isFree('task')).toBe(true);
  });

  it('that was taken over is told, and its old holder does not give away the new one', async () => {
    const lost = await Lease.take(root, 'task');
    rmSync(join(root, 'task'), { recursive: true });
    otherHostsLease('task');
    expect(await lost?.isHeld()).toBe(false);
    await vi.waitFor(() => expect(lost?.signal.aborted).toBe(true), { timeout: 10_000 });
    await lost?.release();
    expect((await readHolder(join(root, 'task')))?.token).toBe(THEIRS);
  });
});
