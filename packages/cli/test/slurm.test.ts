import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SlurmCluster, slurmIsMissing } from './tiny-sweep/slurm-cluster';
import {
  COMPONENTS,
  listed,
  MAIN,
  omnict,
  type RunReport,
  runSweep,
  until,
  workerPids,
  writeTinySweep,
} from './tiny-sweep/tiny-sweep';

const missing = slurmIsMissing();
const folder = mkdtempSync(join(tmpdir(), 'omnict-slurm-sweep-'));
const cluster = missing === undefined ? new SlurmCluster() : undefined;

const PROFILE = `profiles:
  cluster:
    type: slurm
    partition: main
    pollSeconds: 0.3
    maxParallel: 4
    graceSeconds: 60
    resources: { default: { cpus: 1, memoryGb: 0.2 } }
launcher: cluster
`;

/** One trial with one stage of ten seconds: time enough for other programs to interfere. */
const ONE_LONG = [
  'sweep.matrix={model.sce: [true]}',
  '~sweep.baseline',
  'config.components.tiny.finetune={steps: 100, delay: 100}',
];

let spec = '';
let local: RunReport;
beforeAll(async () => {
  if (cluster === undefined) return;
  Object.assign(process.env, cluster.environment);
  await cluster.start();
  ({ spec } = writeTinySweep(folder, { steps: 3, delay: 10 }, PROFILE));
  expect(omnict(folder, 'allow', spec).status).toBe(0);
  local = runSweep(folder, spec, 'launcher=local', '--store', 'local');
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the sweep of one trial. */
function startOne(store: string, ...overrides: string[]): ChildProcess {
  const options = ['--components', COMPONENTS, '--store', store, '--json'];
  const args = [MAIN, 'run', spec, ...ONE_LONG, ...overrides, ...options];
  return spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
}

const gateOf = (store: string): string => join(folder, `${store}-gate`);

/** Starts the sweep of one trial, whose long stage holds at step 5 until its gate opens. */
function startHeld(store: string): ChildProcess {
  const stage = 'config.components.tiny.finetune';
  const gate = JSON.stringify(gateOf(store));
  return startOne(store, `${stage}.delay=0`, `${stage}.holdAt=5`, `${stage}.gate=${gate}`);
}

const openGate = (store: string): void => writeFileSync(gateOf(store), '');

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => child.once('exit', done));

/** All that drivers of a store's one run have told. */
function eventsOf(store: string): string {
  const [run = ''] = listed(join(folder, store, 'runs'));
  const file = join(folder, store, 'runs', run, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const isHeld = (store: string): boolean => eventsOf(store).includes('"done":5,"total":100');
const started = (store: string): number => eventsOf(store).match(/"type":"start"/g)?.length ?? 0;
/** The long stage went on from a checkpoint. */
const WENT_ON = /from step [1-9]/;

/** Running or waiting jobs of a store: ids of array elements. */
function jobsOf(store: string): string[] {
  const lines = cluster?.ask('squeue', '-h', '-r', '-t', 'R,PD', '-o', '%A|%o') ?? '';
  return lines
    .split('\n')
    .filter((line) => line.includes(`/${store}/`))
    .map((line) => line.split('|')[0] ?? '');
}

describe.skipIf(missing !== undefined)(`Slurm (skipped: ${missing ?? 'no'})`, () => {
  it('runs a sweep as arrays, without accounting, to the table of a local run', () => {
    expect(cluster?.ask('sacct', '-n')).toBe(''); // there is no accounting
    const report = runSweep(folder, spec, '--store', 'arrays');
    expect(report.failures).toEqual([]);
    expect(report.complete).toBe(true);
    expect(JSON.stringify(report.table)).toBe(JSON.stringify(local.table));
    const { runFolder } = report;
    const scripts = listed(join(folder, runFolder, 'slurm'));
    const texts = scripts.map((name) =>
      readFileSync(join(folder, runFolder, 'slurm', name), 'utf8'),
    );
    // Tasks that are ready at one time share an array.
    expect(texts.some((script) => /--array=0-[1-9]\d*%4/.test(script))).toBe(true);
    for (const script of texts) expect(script).toMatch(/--signal=B:USR2@60/);
  });

  describe.concurrent('a long stage', () => {
    it('goes on where a requeue cut its job off', async () => {
      const gate = join(folder, 'gate');
      const stage = 'config.components.tiny.finetune';
      const held = [
        `${stage}.delay=0`,
        `${stage}.holdAt=5`,
        `${stage}.gate=${JSON.stringify(gate)}`,
      ];
      const child = startOne('requeue', ...held);
      await until(() => eventsOf('requeue').includes('"done":5,"total":100'), child);
      const exit = exitOf(child);
      let id = '';
      await until(() => {
        [id = ''] = jobsOf('requeue');
        return id !== '';
      }, child);
      const isPending = (): boolean =>
        cluster?.ask('squeue', '-h', '-j', id, '-o', '%T') === 'PENDING';
      await until(() => cluster?.did('scontrol', 'requeue', id) ?? true, child);
      await until(isPending, child);
      // By itself Slurm waits longer: a new life at once gets the signal that the old one has not read.
      await until(() => workerPids(join(folder, 'requeue')).length === 0, child);
      openGate('requeue');
      // The node takes no life whose credential is of the second in which it ended the last one.
      const later = [`JobId=${id}`, 'StartTime=now+2'];
      await until(() => cluster?.did('scontrol', 'update', ...later) ?? true, child);
      expect(await exit).toBe(0);
      expect(eventsOf('requeue')).toMatch(WENT_ON);
      expect(eventsOf('requeue')).not.toMatch(/trying again/); // the same job, not another one
    });

    it('goes on after the time limit from the checkpoint that its signal asked for', async () => {
      // Slurm looks at its limits every 30 seconds: the stage is asked 2 to 32 seconds after its
      // start, 58 seconds before the end of its minute.
      const child = startOne(
        'timeout',
        'config.components.tiny.finetune.steps=340',
        'profiles.cluster.resources.default={cpus: 1, timeMinutes: 1}',
        'profiles.cluster.graceSeconds=58',
      );
      expect(await exitOf(child)).toBe(0);
      expect(eventsOf('timeout')).toMatch(/trying again after timeout: stopped by SIGUSR2/);
      expect(eventsOf('timeout')).toMatch(WENT_ON);
    });

    it('is cancelled with a checkpoint, and goes on later', async () => {
      const child = startHeld('cancel');
      await until(() => isHeld('cancel'), child);
      const canceller = spawn(
        process.execPath,
        [MAIN, 'cancel', 'tiny', '--store', 'cancel', '--json'],
        { cwd: folder, stdio: 'ignore' },
      );
      expect(await Promise.all([exitOf(canceller), exitOf(child)])).toEqual([0, 1]);
      expect(jobsOf('cancel')).toEqual([]);
      openGate('cancel');
      expect(await exitOf(startHeld('cancel'))).toBe(0);
      expect(eventsOf('cancel')).toMatch(WENT_ON);
    });

    it('is taken over by a new driver after kill -9, while it goes on', async () => {
      const first = startHeld('adopted');
      await until(() => isHeld('adopted'), first);
      const [worker] = workerPids(join(folder, 'adopted'));
      first.kill('SIGKILL');
      const second = startHeld('adopted');
      const ended = exitOf(second);
      await until(() => started('adopted') === 2, second);
      expect(workerPids(join(folder, 'adopted'))).toEqual([worker]);
      openGate('adopted');
      expect(await ended).toBe(0);
      expect(eventsOf('adopted')).not.toMatch(WENT_ON); // nothing was started again
    });
  });

  it('hands out accelerators, and says what it would submit', () => {
    const gpus = 'profiles.cluster.resources={default: {gpus: 1}}';
    const options = ['--components', COMPONENTS, '--store', 'dry', '--dry-run'];
    const { stdout, status } = omnict(folder, 'run', spec, gpus, ...options);
    expect([status, stdout.includes('#SBATCH --gres=gpu:1')]).toEqual([0, true]);
  });

  it('tells what sbatch refuses', () => {
    const refused = 'profiles.cluster.partition=nowhere';
    const args = ['run', spec, refused, '--components', COMPONENTS, '--store', 'refused'];
    const { status, stderr } = omnict(folder, ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/sbatch refuses .*partition.*correct the profile/is);
  });
});
