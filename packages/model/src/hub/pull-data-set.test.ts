import { ConfigError, FormatError, MissingDataError } from '@omnict/core';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planDataSet, planOfFiles, pullDataSet } from './pull-data-set';

const COMMIT = 'abcdef'.padEnd(40, '1');
const VOLUME = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 17) % 251));
const TABLE = Buffer.from('VolumeName\nvalid_1_a_1.nii.gz\n');
const VOLUME_PATH = 'dataset/valid fixed/valid_1_a_1.nii.gz';

/** What the stand-in of the hub does. */
const hub = {
  cutAfter: Infinity,
  corrupt: false,
  gated: false,
  huge: false,
  ranges: [] as string[],
};
let server: Server;
let out: string;

const lfs = (path: string, size: number, oid: string) => ({
  type: 'file',
  path,
  size,
  oid: 'pointer',
  lfs: { oid, size, pointerSize: 130 },
});

beforeAll(async () => {
  const sha256 = createHash('sha256').update(VOLUME).digest('hex');
  const oid = createHash('sha1').update(`blob ${TABLE.length}\0`).update(TABLE).digest('hex');
  server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    const json = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const isAllowed = request.headers.authorization === 'Bearer hf_token';
    if (url.startsWith('/api/datasets/org/ct/tree/')) {
      return json([
        { type: 'directory', path: 'dataset', size: 0, oid },
        { type: 'file', path: 'dataset/table.csv', size: TABLE.length, oid },
        lfs(VOLUME_PATH, hub.huge ? 1e18 : VOLUME.length, sha256),
        lfs('dataset/gone.nii.gz', 10, sha256),
        lfs('../outside.nii.gz', VOLUME.length, sha256),
      ]);
    }
    if (url.startsWith('/api/datasets/org/ct')) {
      return json({ _id: '1', id: 'org/ct', sha: COMMIT });
    }
    if (hub.gated && !isAllowed) return void response.writeHead(401).end();
    if (url === `/datasets/org/ct/resolve/${COMMIT}/dataset/table.csv`) return response.end(TABLE);
    if (url === `/datasets/org/ct/resolve/${COMMIT}/${VOLUME_PATH}`) {
      const { range } = request.headers;
      const body = Buffer.from(VOLUME.subarray(Number(/=(\d+)-/.exec(range ?? '')?.[1] ?? 0)));
      if (range !== undefined) hub.ranges.push(range);
      if (hub.corrupt) body[0] = 255 - (body[0] as number);
      response.writeHead(range === undefined ? 200 : 206, { 'content-length': body.length });
      if (body.length <= hub.cutAfter) return response.end(body);
      response.write(body.subarray(0, hub.cutAfter));
      const partial = join(out, `${VOLUME_PATH}.incomplete`);
      const lose = (): void => {
        const isThere = existsSync(partial) && statSync(partial).size >= hub.cutAfter;
        if (isThere)
          response.destroy(); // the network is lost when so much has come
        else setTimeout(lose, 5);
      };
      lose();
      return;
    }
    response.writeHead(404).end('{"error":"not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['HF_ENDPOINT'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'omnict-data-set-'));
  Object.assign(hub, { cutAfter: Infinity, corrupt: false, gated: false, huge: false, ranges: [] });
  delete process.env['HF_TOKEN'];
  return () => rmSync(out, { recursive: true });
});
afterAll(() => {
  server.close();
  delete process.env['HF_ENDPOINT'];
  delete process.env['HF_TOKEN'];
});

const wanted = async () =>
  planOfFiles(await planDataSet('org/ct'), ['dataset/table.csv', VOLUME_PATH]);

describe('a data set of the hub', () => {
  it('tells its cost, then fills a folder with the files that were chosen', async () => {
    const whole = await planDataSet('org/ct');
    expect(whole.files).toHaveLength(4);
    const plan = await wanted();
    expect(plan).toMatchObject({ commit: COMMIT, bytes: TABLE.length + VOLUME.length });
    const shares: number[] = [];
    const result = await pullDataSet(plan, {
      out,
      onProgress: ({ doneBytes, totalBytes }) => shares.push(doneBytes / totalBytes),
    });
    expect(result).toEqual({ folder: out, files: 2, missing: [] });
    expect(readFileSync(join(out, VOLUME_PATH))).toEqual(VOLUME);
    expect(readFileSync(join(out, 'dataset/table.csv'))).toEqual(TABLE);
    expect(shares.at(-1)).toBe(1);
    expect(() => planOfFiles(whole, ['none'])).toThrow(ConfigError);
  });

  it('is continued after a lost connection; nothing half-written has its name', async () => {
    hub.cutAfter = 40_000;
    await expect(pullDataSet(await wanted(), { out })).rejects.toThrow(MissingDataError);
    expect(existsSync(join(out, VOLUME_PATH))).toBe(false);
    hub.cutAfter = Infinity;
    await pullDataSet(await wanted(), { out });
    expect(readFileSync(join(out, VOLUME_PATH))).toEqual(VOLUME);
    expect(hub.ranges).toHaveLength(1);
    await pullDataSet(await wanted(), { out });
    expect(hub.ranges).toHaveLength(1); // what is there is not fetched again
    writeFileSync(join(out, VOLUME_PATH), Buffer.alloc(VOLUME.length)); // of the same length
    await expect(pullDataSet(await wanted(), { out })).rejects.toThrow(
      /is there with other content/,
    );
    writeFileSync(join(out, 'dataset/table.csv'), 'an older table\n');
    await expect(pullDataSet(await wanted(), { out })).rejects.toThrow(/table\.csv: is there with/);
    expect(readFileSync(join(out, 'dataset/table.csv'), 'utf8')).toBe('an older table\n');
  });

  it('is checked: damaged files do not stay, missing ones are collected, paths stay inside', async () => {
    hub.corrupt = true;
    await expect(pullDataSet(await wanted(), { out })).rejects.toThrow(FormatError);
    expect(existsSync(join(out, VOLUME_PATH))).toBe(false);
    hub.corrupt = false;
    const whole = await planDataSet('org/ct');
    const some = planOfFiles(whole, ['dataset/gone.nii.gz', VOLUME_PATH]);
    expect((await pullDataSet(some, { out })).missing).toEqual(['dataset/gone.nii.gz']);
    expect(existsSync(join(out, VOLUME_PATH))).toBe(true);
    const outside = planOfFiles(whole, ['../outside.nii.gz']);
    await expect(pullDataSet(outside, { out })).rejects.toThrow(FormatError);
  });

  it('says how to get at a gated one, and what a disk lacks', async () => {
    hub.gated = true;
    await expect(pullDataSet(await wanted(), { out })).rejects.toThrow(
      /HTTP 401.*accept its terms at .*datasets\/org\/ct.*HF_TOKEN/,
    );
    process.env['HF_TOKEN'] = 'hf_token';
    expect((await pullDataSet(await wanted(), { out })).files).toBe(2);
    await expect(planDataSet('org/absent')).rejects.toThrow(/HTTP 404.*gated/);
    hub.huge = true;
    await expect(pullDataSet(await wanted(), { out })).rejects.toThrow(/has room for .*--subset/);
  });
});
