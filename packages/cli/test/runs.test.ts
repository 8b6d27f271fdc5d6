import { hasMlflow, RunJournal } from '@omnict/tracking';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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
    afterAll(() => server?.kill('SIGTERM'));

    it('is a server that runs are brought to', async () => {
      const port = String(20_000 + (process.pid % 20_000));
      server = spawn(process.execPath, [MAIN, 'mlflow', 'up', '--port', port], { cwd: folder });
      const printed = await new Promise<string>((done) =>
        server?.stdout?.once('data', (data: Buffer) => done(data.toString())),
      );
      const uri = `http://127.0.0.1:${port}`;
      expect(printed).toContain(`MLFLOW_TRACKING_URI=${uri}`);
      const sync = (): unknown =>
        JSON.parse(omnict('runs', 'sync', '--store', store, '--uri', uri, '--json').stdout);
      expect(sync()).toEqual([{ id: 'sweep-1', runs: 2, sent: 3, refused: [] }]);
      expect(sync()).toEqual([{ id: 'sweep-1', runs: 2, sent: 0, refused: [] }]);
      const ended = new Promise((done) => server?.once('exit', done));
      server.kill('SIGTERM');
      expect(await ended).toBe(0);
    });
  },
);
