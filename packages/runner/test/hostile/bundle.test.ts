import { FormatError } from '@omnict/core';
import { LeaveNeededError } from '@omnict/pipeline';
import { packTar, type TarEntry } from 'modern-tar';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkLeave } from '@omnict/pipeline';
import { readArchive } from '../../src/bundle/archive';
import { openBundle } from '../../src/bundle/open-bundle';
import { readSweep } from '../../src/sweep';

const root = mkdtempSync(join(tmpdir(), 'omnict-bundle-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const BUNDLE = {
  schema: 'omnict/bundle@1',
  id: 'study-1',
  trials: [],
  tasks: [],
  inputs: [],
  components: [],
  environment: null,
};
const SPEC = { schema: 'omnict/sweep@1', name: 'study', config: {} };

let place = '';
let count = 0;
beforeEach(() => {
  place = join(root, String(++count));
  mkdirSync(place);
});

const file = (name: string, body = 'x'): TarEntry => ({
  header: { name, size: Buffer.byteLength(body), type: 'file', mtime: new Date(0) },
  body,
});

/** Writes an archive as an attacker would. */
async function attack(entries: TarEntry[]): Promise<string> {
  const path = join(place, 'attack.tar.gz');
  writeFileSync(path, gzipSync(await packTar(entries)));
  return path;
}

async function open(
  { bundle = {}, spec = {}, more = [] }: { bundle?: object; spec?: object; more?: TarEntry[] },
  inputs: ReadonlyMap<string, string> = new Map(),
) {
  const path = await attack([
    file('bundle.json', JSON.stringify({ ...BUNDLE, ...bundle })),
    file('spec.json', JSON.stringify({ ...SPEC, ...spec })),
    ...more,
  ]);
  return openBundle(path, { folder: join(place, 'opened'), inputs });
}

describe('a bundle that a stranger made', () => {
  it.each(['../outside', '/tmp/outside', 'a/../../outside', 'a\\..\\outside', 'a\nb'])(
    'writes nothing at %j',
    async (name) => {
      await expect(open({ more: [file(name)] })).rejects.toThrow(FormatError);
      expect(readdirSync(place).sort()).toEqual(['attack.tar.gz', 'opened']);
    },
  );

  it.each(['symlink', 'link', 'directory', 'fifo', 'character-device'] as const)(
    'has no entry of type %s',
    async (type) => {
      const path = await attack([{ header: { name: 'a', size: 0, type, linkname: '/etc' } }]);
      await expect(readArchive(path)).rejects.toThrow(`of type ${type}`);
    },
  );

  it('follows no link that lies where it is unpacked', async () => {
    await open({});
    const victim = join(place, 'victim');
    mkdirSync(victim);
    rmSync(join(place, 'opened', 'bundle.json'));
    symlinkSync(victim, join(place, 'opened', 'curves'));
    await expect(open({ more: [file('curves/a')] })).rejects.toThrow();
    expect(readdirSync(victim)).toEqual([]);
  });

  it('is bounded in bytes and entries, and has each name once', async () => {
    const limits = { packedBytes: 1e6, bytes: 1e6, entries: 10 };
    const bomb = await attack([file('zeros', '\0'.repeat(2e6))]);
    await expect(readArchive(bomb, limits)).rejects.toThrow(/unpacks to more than 1000000 bytes/);
    await expect(readArchive(bomb, { ...limits, packedBytes: 10 })).rejects.toThrow(/at most 10;/);
    const many = await attack(Array.from({ length: 11 }, (_, index) => file(`f${index}`)));
    await expect(readArchive(many, limits)).rejects.toThrow(/holds too much/);
    await expect(readArchive(await attack([file('a'), file('a')]))).rejects.toThrow(/'a' twice/);
  });

  it('that is cut, empty or something else is told so', async () => {
    const whole = readFileSync(await attack([file('bundle.json', JSON.stringify(BUNDLE))]));
    const path = join(place, 'cut.tar.gz');
    for (const content of [
      whole.subarray(0, 40),
      Buffer.from('PK\u0003\u0004'),
      Buffer.alloc(0),
      gzipSync('text'),
    ]) {
      writeFileSync(path, content);
      await expect(
        openBundle(path, { folder: join(place, 'cut'), inputs: new Map() }),
      ).rejects.toThrow(FormatError);
    }
    expect(existsSync(join(place, 'cut'))).toBe(false);
  });

  it.each([
    { id: '../../x' },
    { tasks: [{ key: '../../x', stage: 'a', keyParts: {}, seconds: 1, machine: {}, files: {} }] },
    { inputs: [{ name: '../x', files: [] }] },
    { trials: 3 },
  ])('says of itself nothing like %j', async (bundle) => {
    await expect(open({ bundle })).rejects.toThrow(/bundle\.json.*expected a bundle/);
  });

  it.each([
    [{ extends: ['/etc/passwd'] }, /section 'extends'/],
    [{ components: ['./evil.mjs'] }, /section 'components'/],
    [{ tracking: { uri: 'http://attacker.example' } }, /section 'tracking'/],
    [{ config: { data: { dataset: '/etc/passwd' } } }, /config\.data\.dataset names a place/],
    [{ config: { data: { dataset: '../../secret' } } }, /names a place/],
    [{ config: { data: { dataset: '~/secret' } } }, /names a place/],
    [{ sweep: { matrix: { 'data.dataset': ['C:\\secret'] } } }, /names a place/],
    [{ config: { data: { dataset: 'input:other' } } }, /is no input of the bundle/],
  ])('cannot ask for %j', async (spec, message) => {
    await expect(open({ spec })).rejects.toThrow(message);
  });

  it('needs leave for its profiles, as every spec does', async () => {
    const profiles = { evil: { type: 'local', environment: { SITE: 'x' } } };
    const { spec } = await open({
      spec: {
        launcher: 'evil',
        profiles,
        config: {
          data: { dataset: 'phantom-ct' },
          prepare: { size: [3, 108, 108] },
          model: { encoder: 'siglip-tiny', llm: 'qwen2-tiny', ose: { tokens3d: 81 } },
          train: { pretrain: { learningRate: 1 }, finetune: { learningRate: 1 } },
        },
      },
    });
    const sweep = await readSweep(spec);
    expect(() => checkLeave(sweep)).toThrow(LeaveNeededError);
  });

  it('goes into a new folder, or into its own again', async () => {
    await open({});
    await open({});
    await expect(open({ bundle: { id: 'other' } })).rejects.toThrow(/holds something else/);
  });

  it('takes files of the very content that it was made of', async () => {
    const records = join(place, 'records.jsonl');
    writeFileSync(records, 'other');
    const sha256 = 'a'.repeat(64);
    const bundle = { inputs: [{ name: 'data.dataset', files: [{ name: '', bytes: 1, sha256 }] }] };
    await expect(open({ bundle })).rejects.toThrow(`expected SHA-256 ${sha256}; give its place`);
    const given = new Map([['data.dataset', records]]);
    await expect(open({ bundle }, given)).rejects.toThrow(/has SHA-256 [0-9a-f]{64}; expected aaa/);
  });
});
