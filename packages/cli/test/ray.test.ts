import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  listed,
  MAIN,
  omnict,
  type RunReport,
  runSweep,
  until,
  writeTinySweep,
} from './tiny-sweep/tiny-sweep';

const isMissing = spawnSync('ray', ['--version']).status !== 0;
const folder = mkdtempSync(join(tmpdir(), 'omnict-ray-sweep-'));

let address = '';
let cluster: ChildProcess | undefined;
let spec = '';

const profile = (): string => `profiles:
  cluster: { type: ray, address: ${JSON.stringify(address)}, pollSeconds: 0.3 }
launcher: cluster
`;

beforeAll(async () => {
  if (isMissing) return;
  const [gcs, dashboard] = await Promise.all([freePort(), freePort()]);
  address = `http://127.0.0.1:${dashboard}`;
  const args = ['start', '--head', '--block', `--port=${gcs}`, '--dashboard-host=127.0.0.1'];
  const sizes = ['--num-cpus=2', '--object-store-memory=100000000', '--disable-usage-stats'];
  cluster = spawn('ray', [...args, `--dashboard-port=${dashboard}`, ...sizes], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, RAY_USAGE_STATS_ENABLED: '0', RAY_TMPDIR: folder },
  });
  await until(answers, cluster);
  expect(await answers()).toBe(true);
  ({ spec } = writeTinySweep(folder, { steps: 3, delay: 10 }, profile()));
  expect(omnict(folder, 'allow', spec).status).toBe(0);
});
afterAll(async () => {
  if (cluster?.pid !== undefined) {
    process.kill(-cluster.pid, 'SIGTERM');
    await new Promise((done) => cluster?.once('exit', done));
  }
  rmSync(folder, { recursive: true, force: true });
});

async function answers(): Promise<boolean> {
  return fetch(`${address}/api/jobs/`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Ray refuses ports between 10002 and 19999. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((done) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const found = (server.address() as { port: number }).port;
        server.close(() => done(found));
      });
    });
    if (port > 19_999) return port;
  }
}

/** Overrides that leave one trial. */
const ONE_TRIAL = [
  'sweep.matrix={model.sce: [true]}',
  '~sweep.baseline',
  'config.components.tiny.finetune={steps: 3, delay: 10}',
];

const options = (store: string): string[] => ['--components', COMPONENTS, '--store', store];

function eventsOf(store: string): string {
  const [run = ''] = listed(join(folder, store, 'runs'));
  const file = join(folder, store, 'runs', run, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

describe.skipIf(isMissing)("Ray (skipped without ray: pip install 'ray[default]')", () => {
  it('runs a sweep to the table of a local run', () => {
    // Two of eight trials: Ray takes seconds to start a job.
    const few = 'sweep.matrix.model.ose.strategy=[none]';
    const report = runSweep(folder, spec, few, '--store', 'jobs');
    expect(report.failures).toEqual([]);
    const reference = runSweep(folder, spec, few, 'launcher=local', '--store', 'local');
    expect(reference.complete).toBe(true);
    expect(JSON.stringify(report.table)).toBe(JSON.stringify(reference.table));
  });

  it('tells why a task failed, and tries it again from its checkpoint', () => {
    const failing = 'config.components.tiny.encode={steps: 3, delay: 0, failAt: 2}';
    const args = [...ONE_TRIAL, failing, ...options('again'), '--json'];
    expect(omnict(folder, 'run', spec, ...args).status).toBe(0);
    expect(eventsOf('again')).toMatch(/trying again after failed: .*told to fail at step 2/);
    expect(eventsOf('again')).toMatch(/from step 2/);
  });

  it('is cancelled, and goes on from the checkpoint when it is run again', async () => {
    const gate = join(folder, 'gate');
    const held = `config.components.tiny.finetune={steps: 10, delay: 0, holdAt: 5, gate: ${JSON.stringify(gate)}}`;
    const args = [
      MAIN,
      'run',
      spec,
      ...ONE_TRIAL.slice(0, -1),
      held,
      ...options('cancel'),
      '--json',
    ];
    const run = (): ChildProcess => spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    const exitOf = (child: ChildProcess) => new Promise((done) => child.once('exit', done));
    const first = run();
    const ended = exitOf(first);
    await until(() => eventsOf('cancel').includes('"done":5,"total":10'), first);
    const cancelled = omnict(folder, 'cancel', 'tiny', '--store', 'cancel', '--json');
    expect([cancelled.status, await ended]).toEqual([0, 1]);
    writeFileSync(gate, '');
    expect(await exitOf(run())).toBe(0);
    expect(eventsOf('cancel')).toMatch(/from step 5/);
  });

  it('gives up a job that no node can take', () => {
    const gpus = [
      'profiles.cluster.resources={default: {gpus: 1}}',
      'profiles.cluster.queueMinutes=0.05',
      'policy.retries=0',
    ];
    const { status, stdout } = omnict(
      folder,
      'run',
      spec,
      ...ONE_TRIAL,
      ...gpus,
      ...options('queue'),
      '--json',
    );
    expect(status).toBe(1);
    const { failures } = JSON.parse(stdout) as RunReport;
    expect(failures[0]?.message).toMatch(/waited for more than 0\.05 minutes.*lower the profile/);
  });

  it('tells when no cluster answers', () => {
    const nowhere = 'profiles.cluster.address=http://127.0.0.1:9';
    const { status, stderr } = omnict(folder, 'run', spec, nowhere, ...options('nowhere'));
    expect([status, stderr]).toEqual([1, expect.stringMatching(/127\.0\.0\.1:9 does not answer/)]);
  });
});
