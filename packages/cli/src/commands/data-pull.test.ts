import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../run-cli';

const REPOSITORY = '/datasets/flaviagiammarino/vqa-rad';
const COMMIT = 'c0ffee'.padEnd(40, '0');
const ROWS = Buffer.from('rows');
const OID = createHash('sha1').update(`blob ${ROWS.length}\0`).update(ROWS).digest('hex');
const file = (path: string) => ({ type: 'file', path, size: ROWS.length, oid: OID });

const folder = mkdtempSync(join(tmpdir(), 'omnict-data-pull-'));
let server: Server;

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url);
    const answers = {
      [`/api${REPOSITORY}/tree/${COMMIT}`]: [file('data/train.parquet'), file('data/test.parquet')],
      [`/api${REPOSITORY}/revision/main`]: { _id: '1', id: REPOSITORY.slice(10), sha: COMMIT },
    };
    const answer = Object.entries(answers).find(([start]) => path.startsWith(start))?.[1];
    if (answer !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(answer));
    }
    if (path.endsWith('data/train.parquet')) return response.end(ROWS);
    return response.writeHead(404).end(); // the test rows are listed and not there
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['HF_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  delete process.env['HF_ENDPOINT'];
  server.close();
  rmSync(folder, { recursive: true });
});

async function pull(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const told = { out: '', err: '' };
  const code = await runCli(['data', 'pull', 'vqa-rad', '--out', join(folder, 'rad'), ...args], {
    out: (text) => void (told.out += text),
    err: (text) => void (told.err += text),
    isTerminal: false,
  });
  return { code, ...told };
}

it('omnict data pull shows the cost, then fetches, and tells which listed files are not there', async () => {
  const cost = await pull();
  expect([cost.code, cost.err]).toEqual([0, '']);
  expect(cost.out).toContain('2 other files: 8 B of 8 B\nnothing was fetched: add --yes');
  const { code, out, err } = await pull('--yes');
  expect([code, out]).toEqual([1, `${join(folder, 'rad')}: 1 files\n`]);
  expect(err).toContain(
    'error: 1 of 2 files are listed and not there (HTTP 404): data/test.parquet;',
  );
  expect(readFileSync(join(folder, 'rad/data/train.parquet'))).toEqual(ROWS);
});
