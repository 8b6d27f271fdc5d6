import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Reproduction } from '@omnict/runner';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  listed,
  MAIN,
  omnict,
  ONE,
  resultFolders,
  type RunReport,
  runSweep,
  writeTinySweep,
} from './tiny-sweep/tiny-sweep';

const folder = mkdtempSync(join(tmpdir(), 'omnict-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let spec = '';
let whole: RunReport;
beforeAll(() => {
  ({ spec } = writeTinySweep(folder, { steps: 2, delay: 1 }));
  whole = runSweep(folder, spec, '--store', 'store');
});

const ran = ({ cost }: RunReport): Record<string, number> =>
  Object.fromEntries(cost.stages.map((stage) => [stage.stage, stage.ran]));

/** Stages that `omnict plan` would run, with the reason of each. */
function missesOf(file: string, ...args: string[]): Record<string, string> {
  const { stdout, stderr } = omnict(folder, 'plan', file, '--json', ...args);
  if (stdout === '') throw new Error(stderr);
  const { tasks } = JSON.parse(stdout) as { tasks: { stage: string; missReason?: string }[] };
  return Object.fromEntries(
    tasks.flatMap(({ stage, missReason }) =>
      missReason === undefined ? [] : [[stage, missReason]],
    ),
  );
}

describe('components', () => {
  it('run only when the command line lists them, or the project does and the user allowed it', () => {
    const refused = omnict(folder, 'run', spec, '--store', 'refused');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/tiny\.yaml:3:\d+: components\.0: runs code of .*--components/);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    const project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(
      join(project, 'omnict.config.yaml'),
      `components: [${JSON.stringify(COMPONENTS)}]\n`,
    );
    for (const command of ['validate', 'plan', 'run']) {
      const unasked = omnict(project, command, spec);
      expect(unasked.status).toBe(2);
      expect(unasked.stderr).toMatch(/load the code of .*omnict allow '.*omnict\.config\.yaml'/s);
    }
    expect(omnict(project, 'allow').stdout).toMatch(
      /allowed, until it changes:\n {2}load the code/,
    );
    expect(omnict(project, 'validate', spec).status).toBe(0);
  });

  it('bring stages, aggregators and metrics', () => {
    const own = ['sweep.matrix={model.ose.strategy: [centre-token]}', '~sweep.baseline'];
    const report = runSweep(folder, spec, ...own, '--store', 'own');
    expect(report.complete).toBe(true);
    const scores = resultFolders(join(folder, 'own')).flatMap((result) => {
      const file = join(result, 'metrics.jsonl');
      return listed(result).includes('metrics.jsonl') ? [readFileSync(file, 'utf8')] : [];
    });
    expect(scores.join('\n')).toMatch(/"key":"yes_share\.slice","value":0\.\d+/);
    const wrong = ['config.model.ose.strategy=centre-tokn', '--components', COMPONENTS];
    const { status, stderr } = omnict(folder, 'validate', spec, ...wrong);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/did you mean 'centre-token'/)]);
  });

  it('are part of the keys of what they make: changed code runs again', () => {
    const copy = join(folder, 'copied.mjs');
    copyFileSync(COMPONENTS, copy);
    const other = join(folder, 'other.yaml');
    writeFileSync(other, readFileSync(spec, 'utf8').replace(COMPONENTS, copy));
    const args = ['--components', copy, '--store', 'store'];
    expect(missesOf(other, ...args)).toEqual({});
    appendFileSync(copy, '// changed\n');
    const misses = missesOf(other, ...args);
    expect(Object.keys(misses)).toEqual([
      'prepare',
      'encode',
      'pretrain',
      'finetune',
      'predict',
      'score',
    ]);
    expect(misses['prepare']).toBe('changed since the nearest result: component of prepare');
  });
});

describe('plans', () => {
  const components = ['--components', COMPONENTS, '--store', 'store'];

  it('tell why each stage misses, and what it will take', () => {
    expect(missesOf(spec, ...components)).toEqual({});
    const steps = 'config.components.tiny.finetune.steps=3';
    expect(missesOf(spec, steps, ...components)).toEqual({
      finetune: 'changed since the nearest result: config steps',
      predict: 'needs finetune first',
      score: 'needs predict first',
    });
    const plan = (...more: string[]) =>
      omnict(folder, 'plan', spec, steps, ...more, ...components).stdout;
    const [text, all] = [plan(), plan('--all')];
    expect(text).toMatch(/8 trials, 56 stage runs, 36 distinct, 24 to run\n {2}SCE: off, on\n/);
    expect(text).toMatch(/\nfinetune +8 +8 +0 +8\n/);
    expect(text).toContain('8 finetune: changed since the nearest result: config steps\n');
    const words = text.replaceAll(/\s+/g, ' ');
    expect(words).toMatch(/to run, by earlier runs: .* of work, .* MB of memory a process/);
    expect(all.match(/finetune +[0-9a-f]{10} <- [0-9a-f]{10}/g)).toHaveLength(8);
    expect(`${text}${all}`).not.toMatch(/.{81}/);
  });

  it('notice a changed data file', () => {
    const records = join(folder, 'records.jsonl');
    const before = readFileSync(records);
    appendFileSync(records, before.toString().split('\n')[39]?.replace('q39', 'q40') + '\n');
    expect(missesOf(spec, ...components)['dataset']).toBe(
      'changed since the nearest result: file records.jsonl',
    );
    writeFileSync(records, before);
  });

  it('of an edited spec are new sweeps that share what did not change', () => {
    const { stderr, status } = omnict(
      folder,
      ...['run', spec, 'config.score.resamples=300', ...components],
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /changed since tiny-[0-9a-f]{8}.*\n {2}config\.score\.resamples: 200 -> 300/,
    );
    expect(stderr.match(/ done /g)).toHaveLength(8); // scores alone
  });
});

describe('the cache', () => {
  it('replays log and metrics of what it has', () => {
    const again = omnict(folder, 'run', spec, '--components', COMPONENTS, '--store', 'store');
    expect(again.stderr).toMatch(/finetune: from step 0/);
    expect(ran(runSweep(folder, spec, '--store', 'store'))).toEqual(
      Object.fromEntries(whole.cost.stages.map(({ stage }) => [stage, 0])),
    );
  });

  it('holds what a bundle tells of a run, which others repeat with the same figures', () => {
    const bundle = join(folder, 'paper.tar.gz');
    runSweep(folder, spec, ...ONE, '--store', 'store');
    const written = omnict(folder, 'bundle', 'latest', '--store', 'store', '--out', bundle);
    expect(written.stderr).toBe('');
    expect(written.stdout).toContain('asked for by --input: data.dataset\n');
    const reproduce = (...inputs: string[]) =>
      omnict(folder, 'reproduce', bundle, ...inputs, '--components', COMPONENTS, '--json');
    expect(reproduce().stderr).toMatch(
      /SHA-256 [0-9a-f]{64}; give its place: --input data\.dataset=/,
    );
    const again = reproduce('--input', 'data.dataset=records.jsonl');
    expect(again.stderr).not.toContain('not as in the bundle');
    expect(again.status).toBe(0);
    const { figures, stages } = JSON.parse(again.stdout) as Reproduction;
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.filter(({ verdict }) => verdict !== 'equal')).toEqual([]);
    expect(stages.map(({ stage, tasks, equal }) => [stage, tasks - equal])).toEqual(
      ['dataset', 'prepare', 'encode', 'pretrain', 'finetune', 'predict', 'score'].map((stage) => [
        stage,
        0,
      ]),
    );
    const opened = join(folder, 'paper');
    for (const name of readdirSync(opened).filter((file) =>
      /^(bundle|spec|facts|report)\./.test(file),
    )) {
      expect([name, readFileSync(join(opened, name), 'utf8').includes(folder)]).toEqual([
        name,
        false,
      ]);
    }
    const other = omnict(folder, 'reproduce', bundle, 'config.score.resamples=100');
    expect([other.status, other.stderr]).toEqual([
      2,
      expect.stringMatching(/would change what is/),
    ]);
  });

  it('is pruned by stage, age, size and reachability, and never without a rule', () => {
    const store = ['--store', 'pruned'];
    runSweep(folder, spec, ...ONE, ...store);
    const prune = (...rules: string[]) => {
      const { stdout, status } = omnict(folder, 'cache', 'prune', ...rules, ...store, '--json');
      return status === 0
        ? (JSON.parse(stdout) as { removed: { stage: string }[] }).removed
        : status;
    };
    const count = (): number => resultFolders(join(folder, 'pruned')).length;
    expect(prune()).toBe(2);
    expect(prune('--older-than', '1h')).toEqual([]);
    expect(prune('--unreachable')).toEqual([]);
    expect(prune('--max-size', '1TB')).toEqual([]);
    expect(prune('--all', '--dry-run')).toHaveLength(7);
    expect(count()).toBe(7);
    expect(prune('--stage', 'score', 'predict')).toHaveLength(2);
    rmSync(join(folder, 'pruned', 'runs'), { recursive: true });
    expect(prune('--unreachable', '--stage', 'finetune')).toHaveLength(1);
    expect(prune('--max-size', '0')).toHaveLength(4);
    expect(count()).toBe(0);
  });

  it('that a group shares stays open to the group, whatever the umask', () => {
    const shared = join(folder, 'shared');
    mkdirSync(join(shared, 'cache'), { recursive: true });
    chmodSync(join(shared, 'cache'), 0o2775);
    const args = [spec, ...ONE, '--components', COMPONENTS, '--store', 'shared'].map(
      (text) => `'${text}'`,
    );
    const command = `umask 077; '${process.execPath}' '${MAIN}' run ${args.join(' ')}`;
    expect(spawnSync('bash', ['-c', command], { cwd: folder }).status).toBe(0);
    for (const result of resultFolders(shared)) {
      expect(statSync(result).mode & 0o070).toBe(0o070);
      expect(statSync(join(result, 'manifest.json')).mode & 0o060).toBe(0o060);
    }
  });

  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot)('that may only be read serves hits, and says why it cannot take more', () => {
    const command = `mount -t tmpfs none readonly && cp -r store/. readonly/ && mount -o remount,ro readonly`;
    mkdirSync(join(folder, 'readonly'));
    if (spawnSync('bash', ['-c', command], { cwd: folder }).status !== 0) return; // no mounts here
    try {
      const plan = missesOf(spec, '--components', COMPONENTS, '--store', 'readonly');
      expect(plan).toEqual({});
      const args = ['run', spec, '--components', COMPONENTS, '--store', 'readonly'];
      const { status, stderr } = omnict(folder, ...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(/cannot be written \(EROFS\).*read-only; choose another store/);
      const prune = omnict(folder, 'cache', 'prune', '--all', '--store', 'readonly');
      expect(prune.stderr).toMatch(/cannot be written \(EROFS\)/);
      expect([prune.status, prune.stdout]).toEqual([1, '']);
    } finally {
      spawnSync('umount', ['--lazy', join(folder, 'readonly')]);
    }
  });

  it.skipIf(!isRoot)(
    'on a full disk fails with one clear message, and goes on once there is room',
    () => {
      const mount = `mount -t tmpfs -o size=300k none full`;
      mkdirSync(join(folder, 'full'));
      if (spawnSync('bash', ['-c', mount], { cwd: folder }).status !== 0) return; // no mounts here
      try {
        const args = ['run', spec, '--components', COMPONENTS, '--store', 'full'];
        const first = omnict(folder, ...args);
        expect(first.status).toBe(1);
        expect(first.stderr + first.stdout).toMatch(/ENOSPC/);
        expect(first.stderr + first.stdout).toMatch(/free disk space/);
        spawnSync('mount', ['-o', 'remount,size=100m', join(folder, 'full')]);
        const second = runSweep(folder, spec, '--store', 'full');
        expect(JSON.stringify(second.table)).toBe(JSON.stringify(whole.table));
      } finally {
        // Lazily: a worker of the ended run may be on its way out, with its output file still open.
        spawnSync('umount', ['--lazy', join(folder, 'full')]);
      }
    },
  );
});
