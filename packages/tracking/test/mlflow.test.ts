import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '@omnict/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  exportMlruns,
  hasMlflow,
  JournalFlusher,
  journalEvents,
  MlflowClient,
  MlflowError,
  type MlflowServer,
  RunJournal,
  startMlflowServer,
  syncJournal,
  SystemMetrics,
} from '../src/index';
import { ChaosProxy, type Trouble } from './chaos-proxy';
import { readBack, type RunReadBack } from './read-back';

// CI installs MLflow; a user may lack it.
const runs = hasMlflow() || process.env['CI'] === 'true';

describe.skipIf(!runs)('a real MLflow server (skipped where mlflow is not on PATH)', () => {
  let folder = '';
  let server: MlflowServer;
  let client: MlflowClient;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'omnict-mlflow-'));
    server = await startMlflowServer({ folder: join(folder, 'server') });
    client = new MlflowClient({ uri: server.uri });
  }, 150_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const journalOf = (
    name: string,
    { experiment = 'omnict/test', parent }: { experiment?: string; parent?: string } = {},
  ): [RunJournal, string] => {
    const path = join(folder, 'runs', experiment, name);
    const header = { experiment, runKey: name, name };
    return [
      RunJournal.open(path, parent === undefined ? header : { ...header, parentRunKey: parent }),
      path,
    ];
  };

  /** Logs one of everything, metrics in many small events as training does. */
  function logAll(journal: RunJournal): void {
    journal.logParams(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`param.${i}`, i])));
    for (let i = 0; i < 1300; i++) {
      const timestamp = 1000 + i;
      journal.logMetrics([
        { key: 'train/loss', value: i === 9 ? NaN : 1 / (i + 1), step: i, timestamp },
        { key: 'rate', value: 1e-3 * i, step: i, timestamp },
      ]);
    }
    journal.setTags({ 'omnict.stage.score': 'abc' });
    journal.logInputs([
      {
        name: 'phantom-ct',
        digest: 'd'.repeat(64),
        sourceType: 'local',
        source: { stage: 'dataset' },
        profile: { records: 9 },
        context: 'training',
      },
    ]);
    const model = join(folder, 'model', 'llm');
    mkdirSync(model, { recursive: true });
    writeFileSync(join(folder, 'config.json'), '{"sce":true}');
    writeFileSync(join(model, 'weights.bin'), 'w');
    journal.logArtifact(join(folder, 'config.json'), 'inputs');
    journal.logModel(join(folder, 'model'), {
      name: 'omnict',
      modelType: 'omnict',
      params: { sce: 'true' },
      registeredName: 'omnict-test',
    });
    journal.end('FINISHED');
  }

  /** What a journal says, in the form in which the server is read back. */
  function expected(path: string): Pick<RunReadBack, 'params' | 'metrics' | 'tags'> {
    const result: Pick<RunReadBack, 'params' | 'metrics' | 'tags'> = {
      params: {},
      metrics: {},
      tags: {},
    };
    for (const { event } of journalEvents(path)) {
      if (event.type === 'params') Object.assign(result.params, event.params);
      if (event.type === 'tags') Object.assign(result.tags, event.tags);
      if (event.type !== 'metrics') continue;
      for (const { key, step, timestamp, value } of event.metrics) {
        (result.metrics[key] ??= []).push([step, timestamp, python(value)]);
      }
    }
    return result;
  }

  it("gets a sweep, and MLflow's own client reads all of it back", async () => {
    const [parent, parentPath] = journalOf('sweep');
    parent.end('FINISHED');
    const [child, childPath] = journalOf('trial', { parent: 'sweep' });
    logAll(child);
    const { runId: parentId } = await syncJournal(parentPath, client);
    const { runId } = await syncJournal(childPath, client);
    const { trial } = readBack(server.uri, 'omnict/test');
    const { params, metrics, tags } = expected(childPath);
    expect(trial).toMatchObject({ runId, status: 'FINISHED', params });
    expect(trial?.tags).toMatchObject({ ...tags, 'mlflow.parentRunId': parentId });
    expect(numbers(trial?.metrics)).toEqual(numbers(metrics));
    expect(trial?.artifacts).toEqual(['inputs/config.json']);
    expect(trial?.inputs).toEqual([
      {
        name: 'phantom-ct',
        digest: 'd'.repeat(36),
        profile: { records: 9 },
        tags: { 'mlflow.data.context': 'training' },
      },
    ]);
    expect(trial?.models).toMatchObject([{ name: 'omnict', params: { sce: 'true' } }]);
    expect(trial?.models[0]?.status).toMatch(/READY/);
    const [version] = await client.registry.versions('omnict-test');
    await client.registry.setAlias('omnict-test', 'best', version?.version ?? '');
    expect(await client.registry.byAlias('omnict-test', 'best')).toMatchObject({
      version: '1',
      runId,
      aliases: ['best'],
    });
    const run = await client.runs.get(runId);
    const file = await client.artifacts.download(run, 'inputs/config.json');
    expect(file.toString()).toBe('{"sce":true}');
    expect(await client.artifacts.list(runId)).toEqual([
      { path: 'inputs', isFolder: true, size: undefined },
    ]);
  });

  it('is not told twice, not even when the cursor is lost', async () => {
    const [journal, path] = journalOf('again');
    logAll(journal);
    const { runId } = await syncJournal(path, client);
    expect((await syncJournal(path, client)).sent).toBe(0);
    unlinkSync(join(path, 'cursor.json'));
    journal.logMetrics([{ key: 'rate', value: 2, step: 1300, timestamp: 2300 }]);
    expect((await syncJournal(path, client)).runId).toBe(runId);
    const run = readBack(server.uri, 'omnict/test')['again'];
    expect(numbers(run?.metrics)).toEqual(numbers(expected(path).metrics));
    expect(run?.models).toHaveLength(1);
    expect(await client.registry.versions('omnict-test')).toHaveLength(2);
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
    expect((await client.runs.get(runId)).params).toEqual({ a: '1' });
  });

  it('is slow, busy, broken and cut off during a run, and holds exactly the journal afterwards', async () => {
    const random = new Random('shaken');
    const troubles: Trouble[] = [
      { kind: 'lost' },
      { kind: 'answer', status: 429, headers: { 'Retry-After': '0' } },
      { kind: 'answer', status: 500 },
      { kind: 'cut' },
      { kind: 'slow', ms: 3000 }, // longer than the client waits
      { kind: 'answer', status: 503 },
    ];
    const proxy = await ChaosProxy.start(server.uri, ({ url }, body) => {
      if (url?.endsWith('log-batch') && body.length > 60_000)
        return { kind: 'answer', status: 413 };
      return random.uniform() < 0.4 ? random.choice(troubles) : { kind: 'none' };
    });
    const shaken = new MlflowClient({ uri: proxy.uri, tries: 2, timeoutMs: 2000 });
    const flusher = new JournalFlusher(shaken, { intervalMs: 20 });
    const experiment = 'omnict/shaken';
    const [parent, parentPath] = journalOf('shaken-sweep', { experiment });
    const [journal, path] = journalOf('shaken', { experiment, parent: 'shaken-sweep' });
    flusher.add(parentPath);
    flusher.add(path);
    flusher.start();
    for (let step = 0; step < 3000; step++) {
      journal.logMetrics([{ key: 'loss', value: Math.sin(step), step, timestamp: 1000 + step }]);
      if (step === 1500) journal.logParams({ a: 1 });
      if (step % 100 === 0) await new Promise((done) => setTimeout(done, 20));
    }
    journal.end('FINISHED');
    parent.end('FINISHED');
    // The server goes away in the middle, and comes back.
    for (let tries = 0; tries < 60; tries++) {
      await flusher.stop();
      if (flusher.problem === undefined) break;
    }
    expect(flusher.problem).toBeUndefined();
    expect(proxy.requests).toBeGreaterThan(20);
    await proxy.stop();
    const found = readBack(server.uri, experiment);
    expect(Object.keys(found).sort()).toEqual(['shaken', 'shaken-sweep']);
    const { params, metrics } = expected(path);
    expect(found['shaken']).toMatchObject({ params, status: 'FINISHED' });
    expect(numbers(found['shaken']?.metrics)).toEqual(numbers(metrics));
    expect(await client.experiments.search("name = 'omnict/shaken'")).toHaveLength(1);
    const runsThere = await client.runs.search([
      (await client.experiments.byName(experiment))?.experimentId ?? '',
    ]);
    expect(runsThere).toHaveLength(2); // a lost answer made no second run
  });

  it('gets a long journal by requests beside each other, each value once and the last one last', async () => {
    const random = new Random('lanes');
    const troubles: Trouble[] = [
      { kind: 'lost' },
      { kind: 'answer', status: 500 },
      { kind: 'cut' },
    ];
    const proxy = await ChaosProxy.start(server.uri, ({ url }) =>
      url?.endsWith('log-batch') === true && random.uniform() < 0.3
        ? random.choice(troubles)
        : { kind: 'none' },
    );
    const shaken = new MlflowClient({ uri: proxy.uri, tries: 2, timeoutMs: 20_000 });
    const [journal, path] = journalOf('long', { experiment: 'omnict/long' });
    journal.logParams({ a: 1 });
    const keys = ['loss', 'rate', 'norm', 'memory'];
    for (let step = 0; step < 6000; step++) {
      journal.logMetrics(
        keys.map((key, i) => ({ key, value: Math.sin(step + i), step, timestamp: 1000 + step })),
      );
    }
    journal.end('FINISHED');
    let runId: string | undefined;
    for (let tries = 0; tries < 30 && runId === undefined; tries++) {
      runId = await syncJournal(path, shaken).then(
        (result) => result.runId,
        () => undefined,
      );
    }
    await proxy.stop();
    const found = readBack(server.uri, 'omnict/long')['long'];
    expect(found).toMatchObject({ runId, params: { a: '1' }, status: 'FINISHED' });
    expect(numbers(found?.metrics)).toEqual(numbers(expected(path).metrics));
    const { metrics: last } = await client.runs.get(runId ?? '');
    expect(last).toEqual(Object.fromEntries(keys.map((key, i) => [key, Math.sin(5999 + i)])));
  });

  it('accepts what was exported without a server', () => {
    const [parent, parentPath] = journalOf('offline-sweep', { experiment: 'omnict/offline' });
    parent.end('FINISHED');
    const [journal, path] = journalOf('offline', {
      experiment: 'omnict/offline',
      parent: 'offline-sweep',
    });
    logAll(journal);
    const out = join(folder, 'mlruns');
    expect(exportMlruns([parentPath, path], out)).toBe(2);
    expect(exportMlruns([parentPath, path], out)).toBe(2); // again: nothing doubles
    const database = `sqlite:///${join(folder, 'migrated.db')}`;
    const { status, stderr } = spawnSync(
      'mlflow',
      ['migrate-filestore', '--source', out, '--target', database],
      { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    const { offline, 'offline-sweep': sweep } = readBack(database, 'omnict/offline');
    const { params, metrics, tags } = expected(path);
    expect(offline).toMatchObject({ status: 'FINISHED', params });
    expect(offline?.tags).toMatchObject({ ...tags, 'mlflow.parentRunId': sweep?.runId });
    expect(numbers(offline?.metrics)).toEqual(numbers(metrics));
    expect(offline?.artifacts).toEqual(['inputs/config.json', 'models/omnict/llm/weights.bin']);
    expect(offline?.inputs).toMatchObject([{ name: 'phantom-ct' }]);
  });

  it('shows system metrics under its own names', async () => {
    const [journal, path] = journalOf('system');
    const sampler = new SystemMetrics(journal, 50);
    sampler.start();
    // Rates need two samples.
    await vi.waitFor(
      () =>
        expect(Object.keys(expected(path).metrics)).toEqual(
          expect.arrayContaining([
            'system/cpu_utilization_percentage',
            'system/system_memory_usage_megabytes',
            'system/disk_available_megabytes',
            'system/network_receive_megabytes',
          ]),
        ),
      { timeout: 60_000 },
    );
    await sampler.stop();
    const { metrics } = expected(path);
    const memory = Number(metrics['system/system_memory_usage_percentage']?.[0]?.[2]);
    expect(memory).toBeGreaterThan(0);
    expect(memory).toBeLessThan(100);
    await syncJournal(path, client);
  });

  it('tells what it refuses in its own words', async () => {
    const error = (await client.runs
      .get('0'.repeat(32))
      .catch((reason: unknown) => reason)) as MlflowError;
    expect(error).toMatchObject({ errorCode: 'RESOURCE_DOES_NOT_EXIST', status: 404 });
    expect(await client.version()).toMatch(/^\d+\.\d+/);
  });
});

/** A number as Python's str() writes it, as far as Number() can tell. */
function python(value: number | string): string {
  return String(value);
}

/** Metrics as numbers, ordered by step: the text of a float differs between languages. */
function numbers(metrics: RunReadBack['metrics'] = {}): Record<string, [number, number, number][]> {
  return Object.fromEntries(
    Object.entries(metrics).map(([key, values]) => [
      key,
      values
        .map(([step, time, value]): [number, number, number] => [step, time, Number(value)])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    ]),
  );
}
