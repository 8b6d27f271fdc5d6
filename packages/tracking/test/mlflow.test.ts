import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MlflowClient, MlflowError, RunJournal, syncJournal } from '../src/index';
import { hasMlflow, type MlflowServer, startMlflow } from './mlflow-server';

// CI installs MLflow; a user may lack it.
const runs = hasMlflow() || process.env['CI'] === 'true';

describe.skipIf(!runs)('a real MLflow server (skipped where mlflow is not on PATH)', () => {
  let folder = '';
  let server: MlflowServer;
  let client: MlflowClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'omnict-mlflow-'));
    server = await startMlflow(folder);
    client = new MlflowClient({ uri: server.uri });
  }, 150_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const journalOf = (name: string, parentRunKey?: string): [RunJournal, string] => {
    const path = join(folder, 'runs', name);
    const header = {
      experiment: 'omnict/test',
      runKey: name,
      name,
      ...(parentRunKey && { parentRunKey }),
    };
    return [RunJournal.open(path, header), path];
  };

  it('gets a sweep: parent and child, params, metrics in order, tags, artifacts', async () => {
    const [parent, parentPath] = journalOf('sweep');
    parent.end('FINISHED');
    const [child, childPath] = journalOf('trial', 'sweep');
    child.logParams(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`param.${i}`, i])));
    child.logMetrics(
      Array.from({ length: 2300 }, (_, i) => ({
        key: 'loss',
        value: 1 / (i + 1),
        step: i,
        timestamp: 1000 + i,
      })),
    );
    child.setTags({ 'omnict.stage.score': 'abc' });
    const file = join(folder, 'config.json');
    writeFileSync(file, '{"sce":true}');
    child.logArtifact(file, 'inputs');
    child.end('FINISHED');

    const { runId: parentId } = await syncJournal(parentPath, client);
    const { runId, sent } = await syncJournal(childPath, client);
    expect(sent).toBeGreaterThan(4);
    const run = await client.run(runId);
    expect(run.status).toBe('FINISHED');
    expect(run.tags).toMatchObject({ 'mlflow.parentRunId': parentId, 'mlflow.runName': 'trial' });
    expect(Object.keys(run.params)).toHaveLength(150);
    expect(run.metrics['loss']).toBeCloseTo(1 / 2300, 12);
    const history = await client.metricHistory(runId, 'loss');
    expect(history.map(({ step }) => step)).toEqual(Array.from({ length: 2300 }, (_, i) => i));
    const found = await fetch(
      `${server.uri}/api/2.0/mlflow/artifacts/list?run_id=${runId}&path=inputs`,
    ).then(
      (response) => response.json() as Promise<{ files: { path: string; file_size: number }[] }>,
    );
    expect(found.files).toMatchObject([{ path: 'inputs/config.json', file_size: 12 }]);
  });

  it('is not told twice, and takes up where a lost cursor would resend', async () => {
    const [journal, path] = journalOf('again');
    journal.logMetrics([{ key: 'loss', value: 1, step: 0, timestamp: 1 }]);
    const { runId } = await syncJournal(path, client);
    expect((await syncJournal(path, client)).sent).toBe(0);
    journal.logMetrics([{ key: 'loss', value: 2, step: 1, timestamp: 2 }]);
    expect(await syncJournal(path, client)).toEqual({ runId, sent: 1 });
    expect(await client.metricHistory(runId, 'loss')).toHaveLength(2);
  });

  it('may be away: the journal keeps everything until it is back', async () => {
    const [journal, path] = journalOf('later');
    journal.logParams({ a: 1 });
    journal.end('FINISHED');
    const nowhere = new MlflowClient({ uri: 'http://127.0.0.1:9', tries: 1 });
    const error = await syncJournal(path, nowhere).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MlflowError);
    expect((error as Error).message).toMatch(/journal keeps everything/);
    const { runId } = await syncJournal(path, client);
    expect((await client.run(runId)).params).toEqual({ a: '1' });
  });

  it('tells what it refuses in its own words', async () => {
    const error = (await client
      .run('0'.repeat(32))
      .catch((reason: unknown) => reason)) as MlflowError;
    expect(error).toMatchObject({ errorCode: 'RESOURCE_DOES_NOT_EXIST', status: 404 });
  });
});
