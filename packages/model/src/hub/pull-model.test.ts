import { ConfigError, FormatError, MissingDataError } from '@omnict/core';
import { hubSnapshot } from '@omnict/nn';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pullModel } from './pull-model';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const WEIGHTS = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251));
const SHA256 = createHash('sha256').update(WEIGHTS).digest('hex');
const CONFIG = Buffer.from('{"model_type":"qwen2"}');
const CONFIG_OID = createHash('sha1')
  .update(`blob ${CONFIG.length}\0`)
  .update(CONFIG)
  .digest('hex');

/** A server that speaks the part of the hub's API that a pull uses. */
const hub = {
  cutAfter: Infinity,
  corrupt: false,
  ranges: [] as string[],
  requests: 0,
  /** Requests still to be broken off before anything is answered. */
  refusals: 0,
};
let server: Server;
let cache: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    hub.requests++;
    if (hub.refusals-- > 0) return void request.socket.destroy();
    const url = request.url ?? '';
    const json = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (url.startsWith('/api/models/org/tiny/tree/')) {
      return json([
        { type: 'file', path: 'config.json', size: CONFIG.length, oid: CONFIG_OID },
        { type: 'file', path: 'pytorch_model.bin', size: 9, oid: 'unused' },
        { type: 'file', path: '../outside.json', size: 9, oid: 'unused' },
        { type: 'file', path: 'vae/config.json', size: CONFIG.length, oid: CONFIG_OID },
        {
          type: 'file',
          path: 'model.safetensors',
          size: WEIGHTS.length,
          oid: 'pointer',
          lfs: { oid: SHA256, size: WEIGHTS.length, pointerSize: 130 },
        },
      ]);
    }
    if (url.startsWith('/api/models/org/tiny')) {
      return json({ _id: '1', id: 'org/tiny', modelId: 'org/tiny', sha: COMMIT });
    }
    if (/^\/org\/tiny\/resolve\/c0ffee0+\/(vae\/)?config\.json$/.test(url))
      return response.end(CONFIG);
    if (url === `/org/tiny/resolve/${COMMIT}/model.safetensors`) {
      const { range } = request.headers;
      const begin = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
      if (range !== undefined) hub.ranges.push(range);
      const body = Buffer.from(WEIGHTS.subarray(begin));
      if (hub.corrupt) body[0] = 255 - (body[0] as number);
      response.writeHead(range === undefined ? 200 : 206, { 'content-length': body.length });
      if (body.length <= hub.cutAfter) return response.end(body);
      response.write(body.subarray(0, hub.cutAfter), () => {
        setTimeout(() => response.destroy(), 50); // the network is lost
      });
      return;
    }
    response.writeHead(404).end('{"error":"Repository not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['HF_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  if (cache !== undefined) rmSync(cache, { recursive: true });
  cache = mkdtempSync(join(tmpdir(), 'omnict-hub-'));
  process.env['HF_HUB_CACHE'] = cache;
  Object.assign(hub, { cutAfter: Infinity, corrupt: false, ranges: [], requests: 0, refusals: 0 });
});
afterAll(() => {
  server.close();
  rmSync(cache, { recursive: true });
  delete process.env['HF_ENDPOINT'];
  delete process.env['HF_HUB_CACHE'];
});

describe('pullModel', () => {
  it("fills the hub's own cache layout, with links from snapshot to blobs", async () => {
    const reports: number[] = [];
    const folder = await pullModel('org/tiny', {
      onProgress: ({ doneBytes, totalBytes }) => reports.push(doneBytes / totalBytes),
    });
    expect(folder).toBe(join(cache, 'models--org--tiny', 'snapshots', COMMIT));
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(WEIGHTS);
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors', 'vae']);
    expect(readdirSync(join(cache, 'models--org--tiny', 'blobs')).sort()).toEqual(
      [SHA256, CONFIG_OID].sort(),
    );
    expect(existsSync(join(cache, 'models--org--outside.json'))).toBe(false);
    expect(hubSnapshot('org/tiny')).toBe(folder);
    expect(reports.at(-1)).toBe(1);
    expect(reports).toEqual([...reports].sort((a, b) => a - b));
  });

  it('continues what a lost connection left, and fetches nothing twice', async () => {
    hub.cutAfter = 70_000;
    const lost = pullModel('org/tiny');
    await expect(lost).rejects.toThrow(MissingDataError);
    await expect(lost).rejects.toThrow(/bytes are kept; pull again/);
    expect(hubSnapshot('org/tiny')).toBeUndefined();
    hub.cutAfter = Infinity;
    const folder = await pullModel('org/tiny');
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(WEIGHTS);
    expect(hub.ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    const before = hub.requests;
    await pullModel('org/tiny');
    expect(hub.requests - before).toBe(2); // what there is, not the files
  });

  it('tries again when a connection is broken off', async () => {
    hub.refusals = 2;
    const folder = await pullModel('org/tiny');
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(WEIGHTS);
  });

  it('fetches the model in a folder of a repository, and nothing else', async () => {
    const folder = await pullModel('org/tiny/vae');
    expect(folder).toBe(join(cache, 'models--org--tiny', 'snapshots', COMMIT, 'vae'));
    expect(readdirSync(join(folder, '..'))).toEqual(['vae']);
    expect(hubSnapshot('org/tiny/vae')).toBe(folder);
    expect(hubSnapshot('org/tiny')).toBeUndefined();
    await expect(pullModel('org/tiny/unet')).rejects.toThrow(/no config.json in unet/);
  });

  it('refuses and removes content of another hash', async () => {
    hub.corrupt = true;
    await expect(pullModel('org/tiny')).rejects.toThrow(FormatError);
    expect(hubSnapshot('org/tiny')).toBeUndefined();
    expect(readdirSync(join(cache, 'models--org--tiny', 'blobs'))).toEqual([CONFIG_OID]);
  });

  it('works offline from the cache alone', async () => {
    await expect(pullModel('org/tiny', { offline: true })).rejects.toThrow(/not in the cache/);
    const folder = await pullModel('org/tiny');
    hub.requests = 0;
    expect(await pullModel('org/tiny', { offline: true })).toBe(folder);
    expect(hub.requests).toBe(0);
  });

  it('tells a wrong name from a lost network', async () => {
    await expect(pullModel('no-slash')).rejects.toThrow(ConfigError);
    await expect(pullModel('org/absent')).rejects.toThrow(/HTTP 404.*correct the name/);
    const endpoint = process.env['HF_ENDPOINT'];
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9';
    await expect(pullModel('org/tiny')).rejects.toThrow(/cannot be reached.*try again/);
    process.env['HF_ENDPOINT'] = endpoint;
    writeFileSync(join(cache, 'unrelated'), '');
  });
});
