import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalFlusher, lockFolder, MlflowClient, RunJournal, syncJournal } from '../../src/index';

interface Batch {
  params?: { key: string; value: string }[];
  tags?: { key: string; value: string }[];
  metrics?: { key: string; value: number }[];
}

/** As much of a server as a journal needs; refuses whole batches that hold an entry named `bad`. */
class PickyServer {
  readonly taken = { params: new Map(), tags: new Map(), metrics: [] as string[] };
  readonly filters: string[] = [];
  status = '';
  html = false;
  private tags: { key: string; value: string }[] | undefined;
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (this.html) {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>');
        return;
      }
      const endpoint = new URL(request.url ?? '', 'http://x').pathname.split('/mlflow/')[1] ?? '';
      const body = Buffer.concat(chunks).toString();
      const [code, answer] = this.answer(endpoint, body === '' ? {} : (JSON.parse(body) as object));
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer(endpoint: string, body: object): [number, object] {
    const info = { run_id: 'r', experiment_id: '1', status: 'RUNNING', artifact_uri: 'x:/' };
    switch (endpoint) {
      case 'experiments/get-by-name':
        return [200, { experiment: { experiment_id: '1', name: 'e', lifecycle_stage: 'active' } }];
      case 'runs/create':
        ({ tags: this.tags } = body as { tags: { key: string; value: string }[] });
        return [200, { run: { info } }];
      case 'runs/search':
        this.filters.push((body as { filter: string }).filter);
        return [
          200,
          { runs: this.tags === undefined ? [] : [{ info, data: { tags: this.tags } }] },
        ];
      case 'runs/get':
        return [200, { run: { info, data: { tags: this.tags } } }];
      case 'metrics/get-history':
        return [200, { metrics: [] }];
      case 'runs/update':
        ({ status: this.status } = body as { status: string });
        return [200, {}];
      case 'runs/log-batch':
        return this.take(body);
      default:
        return [404, { error_code: 'ENDPOINT_NOT_FOUND', message: endpoint }];
    }
  }

  private take({ params = [], tags = [], metrics = [] }: Batch): [number, object] {
    if ([...params, ...tags, ...metrics].some(({ key }) => key === 'bad')) {
      return [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid value for bad' }];
    }
    for (const { key, value } of params) this.taken.params.set(key, value);
    for (const { key, value } of tags) this.taken.tags.set(key, value);
    for (const { key } of metrics) this.taken.metrics.push(key);
    return [200, {}];
  }
}

let server: PickyServer;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-refusals-'));
  server = new PickyServer();
  await server.start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const client = (): MlflowClient => new MlflowClient({ uri: server.uri, tries: 1 });
const journal = (name: string, runKey = name): RunJournal =>
  RunJournal.open(join(folder, name), { experiment: 'e', runKey, name });

describe('entries that a server refuses', () => {
  it('are left out and told; all others arrive, once', async () => {
    const run = journal('a');
    run.logParams({ before: 1, bad: 2, after: 3 });
    run.logMetrics(
      ['x', 'bad', 'y'].map((key) => ({ key, value: 1, step: 0, timestamp: 1 })),
      { bad: 't', good: 't' },
    );
    run.end('FINISHED');
    const { refused } = await syncJournal(join(folder, 'a'), client());
    expect(refused.map((reason) => reason.split(':')[0])).toEqual([
      "param 'bad'",
      "tag 'bad'",
      "metric 'bad'",
    ]);
    expect(refused[0]).toMatch(/Invalid value for bad/);
    expect([...server.taken.params.keys()]).toEqual(['before', 'after']);
    expect([...server.taken.tags.keys()]).toEqual(['good']);
    expect(server.taken.metrics).toEqual(['x', 'y']);
    expect(server.status).toBe('FINISHED');
    expect((await syncJournal(join(folder, 'a'), client())).sent).toBe(0);
  });

  it('hold up no other journal, and are what the flusher tells', async () => {
    const flusher = new JournalFlusher(client());
    for (const name of ['a', 'b']) {
      const run = journal(name);
      run.logParams({ [name]: 1, bad: 1 });
      run.end('FINISHED');
      flusher.add(join(folder, name));
    }
    await flusher.stop();
    expect([...server.taken.params.keys()]).toEqual(['a', 'b']);
    expect(flusher.problem?.message).toMatch(/2 entries were refused.*param 'bad'/);
  });

  it('are no halves of characters: a text is cut between them', async () => {
    const run = journal('a');
    run.logParams({ emoji: '😀'.repeat(3001), lone: 'a\ud800b' });
    run.end('FINISHED');
    await syncJournal(join(folder, 'a'), client());
    const value = String(server.taken.params.get('emoji'));
    expect(value).toMatch(/^(😀){2999}…$/u);
    expect(server.taken.params.get('lone')).toBe('a\ufffdb');
  });
});

describe('a server', () => {
  it('that answers HTML is told from MLflow, and costs nothing', async () => {
    server.html = true;
    journal('a').end('FINISHED');
    const flusher = new JournalFlusher(client());
    flusher.add(join(folder, 'a'));
    await flusher.stop();
    expect(flusher.problem?.message).toMatch(/expected JSON, got "<html>login<\/html>".*correct/);
  });

  it('finds a run whose key has both kinds of quotes', async () => {
    const key = `k'a"b`;
    const run = journal('a', key);
    run.end('FINISHED');
    await syncJournal(join(folder, 'a'), client());
    expect(server.filters.at(-1)).toBe('tags.`omnict.run_key` LIKE "k\'a_b"');
  });
});

describe('a claim on a folder', () => {
  it('that is lost says so, in place of ending the process', async () => {
    let release: (() => Promise<void>) | undefined;
    await new Promise<void>((lost) => {
      void lockFolder(folder, 0, lost).then((given) => {
        release = given;
        rmdirSync(`${folder}.lock`); // as another process does that takes it for dead
      });
    });
    await expect(release?.()).resolves.toBeUndefined();
  }, 30_000);
});
