import { hasMlflow, MlflowClient, RunJournal } from '@omnict/tracking';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBack } from '../../tracking/test/read-back';
import { COMPONENTS, start, until, workerPids, writeTinySweep } from './tiny-sweep/tiny-sweep';

/** The command as users run it: `npm test` builds before it tests. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'omnict-runs-'));
const store = join(folder, 'store');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function omnict(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, MLFLOW_TRACKING_URI: '' },
  });
  return { status, stdout, stderr };
}

// A recorded sweep of one trial.
beforeAll(() => {
  const root = join(store, 'runs', 'sweep-1', 'tracking');
  const sweep = { experiment: 'omnict/cli', runKey: 'sweep-1', name: 'sweep-1' };
  RunJournal.open(join(root, 'sweep'), sweep).end('FINISHED');
  const trial = RunJournal.open(join(root, 'trial-0000'), {
    ...sweep,
    runKey: 'sweep-1/a',
    name: 'a',
    parentRunKey: 'sweep-1',
  });
  trial.logParams({ sce: true });
  trial.end('FINISHED');
});

describe('omnict runs', () => {
  it('export writes the layout of MLflow, one folder a run', () => {
    const out = join(folder, 'mlruns');
    const exported = omnict('runs', 'export', '--store', store, '--out', out, '--json');
    expect(exported.status).toBe(0);
    expect(JSON.parse(exported.stdout)).toEqual({ out, runs: 2 });
    const names = readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('mlflow.runName'))
      .map((path) => readFileSync(join(out, path), 'utf8'));
    expect(names.sort()).toEqual(['a', 'sweep-1']);
  });

  it('sync wants a server, and says what an address looks like', () => {
    expect(omnict('runs', 'sync', '--store', store).status).toBe(2);
    const bad = omnict('runs', 'sync', '--store', store, '--uri', 'sqlite:///mlflow.db');
    expect([bad.status, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/no http or https address/),
    ]);
    expect(omnict('mlflow', 'up', '--port', 'many').status).toBe(2);
  });
});

// CI installs MLflow; a user may lack it.
describe.skipIf(!hasMlflow() && process.env['CI'] !== 'true')(
  'omnict mlflow up (skipped where mlflow is not on PATH)',
  () => {
    let server: ChildProcess | undefined;
    const port = String(20_000 + (process.pid % 20_000));
    const uri = `http://127.0.0.1:${port}`;
    afterAll(() => server?.kill('SIGTERM'));

    it('is a server that runs are brought to', async () => {
      server = spawn(process.execPath, [MAIN, 'mlflow', 'up', '--port', port], { cwd: folder });
      const printed = await new Promise<string>((done) =>
        server?.stdout?.once('data', (data: Buffer) => done(data.toString())),
      );
      expect(printed).toContain(`MLFLOW_TRACKING_URI=${uri}`);
      const sync = (): unknown =>
        JSON.parse(omnict('runs', 'sync', '--store', store, '--uri', uri, '--json').stdout);
      expect(sync()).toEqual([{ id: 'sweep-1', runs: 2, sent: 3, refused: [] }]);
      expect(sync()).toEqual([{ id: 'sweep-1', runs: 2, sent: 0, refused: [] }]);
    });

    it('shows curves while their stages run, each number once after kills, and what became of trials', async () => {
      const { spec } = writeTinySweep(folder, { steps: 3, delay: 0 });
      const gate = join(folder, 'gate');
      const held = `{steps: 6, delay: 0, holdAt: 4, gate: ${JSON.stringify(gate)}}`;
      const failing =
        '{name: breaks, set: {components.tiny.predict: {steps: 3, delay: 0, failAt: 2}}}';
      const args = [
        spec,
        `config.components.tiny.finetune=${held}`,
        `tracking.uri=${uri}`,
        'sweep.matrix={model.ose.strategy: [none], train.finetune.learningRate: [1, 0.002]}',
        `sweep.include=[${failing}]`,
        'sweep.seeds=[0,1]',
        '~sweep.baseline',
        'policy.retries=0',
        '--components',
        COMPONENTS,
        '--store',
        'live',
        '--json',
      ];
      const client = new MlflowClient({ uri });
      const live = async () => {
        const experiment = await client.experiments.byName('omnict/tiny');
        const runs =
          experiment === undefined ? [] : await client.runs.search([experiment.experimentId]);
        return runs.filter(({ metrics }) => metrics['finetune/link'] !== undefined);
      };
      let driver = start(folder, 'run', ...args);
      // The stage is held at its gate: what is on the server came there while it runs.
      await until(async () => (await live()).length > 0, driver);
      expect((await live()).map(({ status }) => status)).toContain('RUNNING');
      expect(existsSync(gate)).toBe(false);
      const gone = new Promise((done) => driver.once('exit', done));
      for (const pid of workerPids(join(folder, 'live'))) process.kill(pid, 'SIGKILL');
      driver.kill('SIGKILL');
      await gone;
      writeFileSync(gate, '');
      driver = start(folder, 'run', ...args);
      await new Promise((done) => driver.once('exit', done));
      expect(driver.exitCode).toBe(1); // one trial breaks
      const found = readBack(uri, 'omnict/tiny');
      const runs = Object.values(found);
      const ofKind = (kind: string) => runs.filter(({ tags }) => tags['omnict.kind'] === kind);
      const [sweep] = ofKind('sweep');
      const trials = ofKind('trial');
      expect(trials).toHaveLength(6);
      for (const { metrics } of trials) {
        const steps = metrics['finetune/link']?.map(([step]) => step);
        expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
      }
      const broken = trials.filter(({ status }) => status === 'FAILED');
      expect(broken).toHaveLength(2);
      expect(broken[0]?.tags['omnict.error']).toMatch(/^predict: .*told to fail at step 2/);
      expect(broken[0]?.artifacts).toContain('error.txt');
      expect(broken[0]?.metrics['predict/link']?.map(([step]) => step)).toEqual([1, 2]);
      const search = await client.runs.search(
        [(await client.experiments.byName('omnict/tiny'))?.experimentId ?? ''],
        `params."train.finetune.learningRate" = '0.002' and tags."omnict.kind" = 'trial'`,
      );
      expect(search).toHaveLength(2);
      const [scored] = trials.filter(({ status }) => status === 'FINISHED');
      expect(scored?.params).toMatchObject({
        'model.encoder': 'siglip-tiny',
        seed: expect.any(String) as string,
      });
      expect(scored?.tags).toMatchObject({
        'model.ose.strategy': 'none',
        'mlflow.source.type': 'LOCAL',
        'mlflow.user': expect.any(String) as string,
      });
      expect(scored?.metrics).toHaveProperty(['score/closed_accuracy.volume.low']);
      expect(scored?.artifacts).toEqual(['config.json', 'predictions.json']);
      expect(scored?.tables['predictions.json']?.columns).toContain('prediction');
      expect(scored?.tables['predictions.json']?.rows).toBe(30);
      expect(scored?.inputs[0]?.profile).toMatchObject({ questions: 40 });
      const [setting] = ofKind('setting');
      expect(ofKind('setting')).toHaveLength(2);
      expect(setting?.metrics['score/closed_accuracy.volume.n']?.[0]?.[2]).toBe('2.0');
      expect(setting?.metrics).toHaveProperty(['score/closed_accuracy.volume.deviation']);
      expect(setting?.metrics).toHaveProperty(['table/closed_accuracy.volume.low']);
      expect(sweep).toMatchObject({
        status: 'FAILED',
        tags: { 'omnict.best': expect.any(String) as string },
      });
      expect(sweep?.tags['mlflow.note.content']).toMatch(/## tiny[^]*accuracy/i);
      expect(sweep?.artifacts).toEqual(expect.arrayContaining(['report.html', 'results.json']));
      expect(sweep?.metrics).toHaveProperty(['best/closed_accuracy.volume']);
      for (const { startTime, endTime } of trials) {
        expect(startTime).toBeGreaterThanOrEqual(sweep?.startTime ?? Infinity);
        expect(endTime ?? Infinity).toBeLessThanOrEqual(sweep?.endTime ?? 0);
      }
      expect(JSON.stringify(found)).not.toContain(hostname());
    });

    it('ends with the command', async () => {
      const ended = new Promise((done) => server?.once('exit', done));
      server?.kill('SIGTERM');
      expect(await ended).toBe(0);
    });
  },
);
