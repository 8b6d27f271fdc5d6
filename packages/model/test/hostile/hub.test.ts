import { FormatError } from '@omnict/core';
import { hubSnapshot } from '@omnict/nn';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pullModel } from '../../src/hub/pull-model';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const CONFIG = Buffer.from('{"model_type":"qwen2"}');
const OID = createHash('sha1').update(`blob ${CONFIG.length}\0`).update(CONFIG).digest('hex');

/** What the server says. */
const hub = { sha: COMMIT, oid: OID, path: 'config.json', link: '' };
const collected: IncomingMessage[] = [];
let server: Server;
let collector: Server;
let folder: string;

const addressOf = (of: Server): string => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;

beforeAll(async () => {
  collector = createServer((request, response) => {
    collected.push(request);
    response.end('[]');
  });
  server = createServer(({ url = '' }, response) => {
    if (url.includes('/resolve/')) return response.end(CONFIG);
    response.setHeader('content-type', 'application/json');
    if (!url.includes('/tree/'))
      return response.end(JSON.stringify({ id: 'org/tiny', sha: hub.sha }));
    if (hub.link !== '') response.setHeader('link', `<${hub.link}>; rel="next"`);
    const { path, oid } = hub;
    return response.end(JSON.stringify([{ type: 'file', path, size: CONFIG.length, oid }]));
  });
  for (const one of [server, collector])
    await new Promise<void>((done) => one.listen(0, '127.0.0.1', done));
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  collected.splice(0);
  Object.assign(hub, { sha: COMMIT, oid: OID, path: 'config.json', link: '' });
  vi.stubEnv('HF_ENDPOINT', addressOf(server));
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'deep', 'in', 'cache'));
  vi.stubEnv('HF_TOKEN', 'hf_secret');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => {
  server.close();
  collector.close();
});

/** Files and links that are not in the cache. */
const outside = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(folder, 'deep', 'in', 'cache')));

describe('a hub', () => {
  it('is believed as far as its answers have their form', async () => {
    await expect(pullModel('org/tiny')).resolves.toContain(COMMIT);
  });

  it.each([
    ['its commit', { sha: '../../../../planted' }],
    ['its commit, short', { sha: 'main' }],
    ['the hash of a file', { oid: '../../../../planted' }],
    ['the hash of a file, missing', { oid: undefined }],
  ])('writes nothing outside the cache by %s', async (_, answer) => {
    Object.assign(hub, answer);
    await expect(pullModel('org/tiny')).rejects.toThrow(FormatError);
    expect(outside()).toEqual([]);
  });

  it.each(['../../../../planted/config.json', '/planted/config.json', 'a\\..\\config.json'])(
    'writes nothing outside the cache by the path %j of a file',
    async (path) => {
      hub.path = path;
      await expect(pullModel('org/tiny')).rejects.toThrow();
      expect(outside()).toEqual([]);
    },
  );

  it('gets no token sent to another server, where it says its next page is', async () => {
    hub.link = `${addressOf(collector)}/next`;
    await expect(pullModel('org/tiny')).rejects.toThrow(/expected its own address/);
    expect(collected).toEqual([]);
  });
});

describe("a hub's cache that others write to", () => {
  it('is not read where its pointer leads out', () => {
    const planted = join(folder, 'planted');
    mkdirSync(planted);
    writeFileSync(join(planted, 'config.json'), '{}');
    const model = join(folder, 'deep', 'in', 'cache', 'models--org--tiny');
    mkdirSync(join(model, 'refs'), { recursive: true });
    mkdirSync(join(model, 'snapshots'));
    writeFileSync(join(model, 'refs', 'main'), '../../../../../planted');
    expect(hubSnapshot('org/tiny')).toBeUndefined();
  });

  it('is not written through a link', async () => {
    const planted = join(folder, 'planted');
    mkdirSync(planted);
    const model = join(folder, 'deep', 'in', 'cache', 'models--org--tiny');
    mkdirSync(model, { recursive: true });
    symlinkSync(planted, join(model, 'blobs'));
    await expect(pullModel('org/tiny')).rejects.toThrow(/leads out/);
    expect(readdirSync(planted)).toEqual([]);
  });
});
