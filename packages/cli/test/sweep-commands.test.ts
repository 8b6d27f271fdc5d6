import { spawn, spawnSync } from 'node:child_process';
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
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  listed,
  MAIN,
  omnict,
  resultFolders,
  type RunReport,
  runSweep,
  writeTinySweep,
} from './tiny-sweep/tiny-sweep';

const folder = mkdtempSync(join(tmpdir(), 'omnict-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ONE = ['sweep.matrix={model.sce: [true]}', '~sweep.baseline'];
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
    const text = omnict(folder, 'plan', spec, steps, ...components).stdout;
    expect(text).toMatch(/8 trials, 56 stage runs, 36 distinct, 24 to run/);
    expect(text).toMatch(/finetune +[0-9a-f]{10} <- [0-9a-f]{10}/);
    expect(text).toMatch(/to run, by earlier runs: .* of work, .* MB of memory a process/);
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
