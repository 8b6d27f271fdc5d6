import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '../../src/cache/process-identity';

/** Imports the build: `npm test` builds before it tests. */
const PROGRAM = fileURLToPath(new URL('./store-user.mjs', import.meta.url));

interface User {
  name: string;
  uid: number;
  gid: number;
}

/** This machine, as leases name it. */
const HOST = ownIdentity().host;

/** The group of the store; numbers that no account has. */
const GROUP = 61_000;
const ROOT: User = { name: 'root', uid: 0, gid: GROUP };
const MEMBER: User = { name: 'a member', uid: 61_001, gid: GROUP };
const OUTSIDER: User = { name: 'an outsider', uid: 61_002, gid: 61_002 };

/** Only root may become others, who must be able to read the checkout. */
function mayBecomeOthers(): boolean {
  if (process.getuid?.() !== 0) return false;
  const { uid, gid } = MEMBER;
  return spawnSync(process.execPath, ['--check', PROGRAM], { uid, gid }).status === 0;
}

let folder: string;
let store: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-users-'));
  chmodSync(folder, 0o711);
  store = join(folder, 'store');
  mkdirSync(store);
  chownSync(store, 0, GROUP);
  chmodSync(store, 0o2770);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of one user alone, with a file that nobody else may see or change. */
function homeOf({ uid, gid }: User): string {
  const home = join(folder, `home-${uid}`);
  if (existsSync(home)) return home;
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, 'thesis.tex'), 'years of work', { mode: 0o600 });
  mkdirSync(join(home, 'outputs'));
  for (const name of ['.', 'thesis.tex', 'outputs']) chownSync(join(home, name), uid, gid);
  return home;
}

interface Answers {
  plan: string[];
  /** A message where it threw. */
  run: { status: string; message?: string }[] | string;
  prune: unknown[] | string;
}

/** Lets a user do something in the store, with a task for each number to count to. */
function as(user: User, actions: string[], counts: number[]): Answers {
  const { uid, gid } = user;
  const home = homeOf(user);
  const task = JSON.stringify({ store, actions, counts, jobs: join(home, 'run', 'jobs') });
  const { stdout, stderr } = spawnSync(process.execPath, [PROGRAM, task], {
    uid,
    gid,
    cwd: home,
    env: { ...process.env, HOME: home },
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Answers;
}

/** Lets a user run a line of shell in the store's cache. */
function shell({ uid, gid }: User, line: string): number | null {
  const cwd = join(store, 'cache');
  return spawnSync('sh', ['-c', line], { uid, gid, cwd: existsSync(cwd) ? cwd : store }).status;
}

describe.skipIf(!mayBecomeOthers())('two users of a store', { timeout: 120_000 }, () => {
  it.each([
    [ROOT, MEMBER],
    [MEMBER, ROOT],
  ])('share results: those of $name', (one, other) => {
    expect(as(one, ['run'], [2]).run).toMatchObject([{ status: 'done' }]);
    const { run, plan } = as(other, ['plan', 'run'], [2, 3]);
    expect(run).toMatchObject([{ status: 'cached' }, { status: 'done' }]);
    const entry = (key = ''): string => join(store, 'cache', key.slice(0, 2), key);
    for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
      const { mode, gid } = statSync(join(store, name));
      expect([name, gid, mode & 0o007]).toEqual([name, GROUP, 0]);
    }
    expect(existsSync(entry(plan[0]))).toBe(true);
    expect(as(other, ['prune'], [2]).prune).toHaveLength(2);
    expect(existsSync(entry(plan[0]))).toBe(false);
  });

  it('hear of a result that they cannot read', () => {
    const [key = ''] = as(MEMBER, ['plan', 'run'], [2]).plan;
    expect(shell(MEMBER, `chmod 0700 ${key.slice(0, 2)}/${key}`)).toBe(0);
    const other = { ...MEMBER, uid: OUTSIDER.uid };
    expect(as(other, ['run'], [2]).run).toMatchObject([
      { status: 'failed', message: expect.stringContaining("ask its owner for 'chmod") as string },
    ]);
  });

  it('keep others out', () => {
    const [key = ''] = as(MEMBER, ['plan', 'run'], [2]).plan;
    const result = `${store}/cache/${key.slice(0, 2)}/${key}`;
    for (const line of [`ls '${store}'`, `touch '${store}/x'`, `cat '${result}/manifest.json'`]) {
      expect([line, shell(OUTSIDER, line)]).not.toEqual([line, 0]);
    }
    const { run } = as(OUTSIDER, ['run'], [2]);
    expect(run).not.toMatchObject([{ status: 'cached' }]);
    expect(as(MEMBER, ['run'], [2]).run).toMatchObject([{ status: 'cached' }]);
  });

  /** What is planted, in the cache's folder, for one task's key. */
  const PLANTS: ((key: string, home: string) => string)[] = [
    (key, home) => `mkdir -p ${key.slice(0, 2)}; ln -s '${home}' ${key.slice(0, 2)}/${key}`,
    (key, home) => `test -e ${key.slice(0, 2)} || ln -s '${home}' ${key.slice(0, 2)}`,
    (key, home) => {
      const entry = `${key.slice(0, 2)}/${key}`;
      return `mkdir -p ${entry}; ln -s '${home}' ${entry}/outputs; ln -s '${home}/thesis.tex' ${entry}/manifest.json`;
    },
    (key, home) => `mkdir -p working/${key}; ln -s '${home}/thesis.tex' working/${key}/log.txt`,
    (key, home) => `mkdir -p working/${key}; ln -s '${home}' working/${key}/checkpoints`,
    (key, home) => `mkdir -p working; ln -s '${home}' working/${key}`,
    (key, home) => {
      const lease = `leases/${key}`;
      const dead = JSON.stringify({ token: randomUUID(), host: HOST, pid: 2 ** 30 });
      return `mkdir -p ${lease}; ln -s '${home}/thesis.tex' ${lease}/beat; echo '${dead}' > ${lease}/holder.json`;
    },
    (_, home) => `ln -s '${home}' dropped-x`,
  ];

  it.each([
    [MEMBER, ROOT],
    [ROOT, MEMBER],
  ])('plant links to what is the other’s alone, and change nothing: $name', (attacker, victim) => {
    const home = homeOf(victim);
    const counts = PLANTS.map((_, index) => index + 10);
    // The cache's folders are the attacker's.
    as(attacker, ['run'], [2]);
    const keys = as(attacker, ['plan'], counts).plan;
    for (const [index, plant] of PLANTS.entries()) {
      expect(shell(attacker, `umask 0; ${plant(keys[index] ?? '', home)}`), `${index}`).toBe(0);
    }
    const { run } = as(victim, ['run', 'verify', 'prune'], counts);
    expect(run).toHaveLength(PLANTS.length);
    expect(readFileSync(join(home, 'thesis.tex'), 'utf8')).toBe('years of work');
    expect(readdirSync(home).sort()).toEqual(['outputs', 'run', 'thesis.tex']);
    expect(readdirSync(join(home, 'outputs'))).toEqual([]);
    const { mode, uid } = statSync(join(home, 'thesis.tex'));
    expect([mode & 0o777, uid]).toEqual([0o600, victim.uid]);
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });
});
