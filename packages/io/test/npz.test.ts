import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz, readVolume, writeNpy } from '../src/index';
import { zip } from './zip-writer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-npz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'image.npz');

const VALUES = Int16Array.from({ length: 24 }, (_, i) => i * 50 - 1000);
let image: Buffer;
let spacing: Buffer;
beforeAll(async () => {
  const npy = join(folder, 'part.npy');
  await writeNpy(npy, { data: VALUES, shape: [2, 3, 4] });
  image = readFileSync(npy);
  await writeNpy(npy, { data: Float32Array.of(2, 1, 1), shape: [3] });
  spacing = readFileSync(npy);
});

describe('npz', () => {
  it.each([true, false])('gives its one image, deflated: %s', async (isPacked) => {
    writeFileSync(
      path,
      zip([
        { name: 'spacing.npy', content: spacing, isPacked },
        { name: 'image.npy', content: image, isPacked },
      ]),
    );
    expect(await readNpz(path)).toEqual({ data: VALUES, shape: [2, 3, 4] });
    const { volume, format, warnings } = await readVolume(path);
    expect(format).toBe('npz');
    expect(volume.shape).toEqual([2, 3, 4]);
    expect(volume.data).toEqual(VALUES);
    expect(warnings.join()).toMatch(/1 mm assumed/);
  });

  it('is refused without exactly one image', async () => {
    const members = ['a.npy', 'b.npy'].map((name) => ({ name, content: image, isPacked: true }));
    writeFileSync(path, zip(members));
    await expect(readVolume(path)).rejects.toThrow(/2 arrays of two axes or more/);
    writeFileSync(path, zip([]));
    await expect(readVolume(path)).rejects.toThrow(/0 arrays/);
  });

  it.each([
    ['cut off', (b: Buffer) => b.subarray(0, b.length - 30), /no ZIP directory/],
    ['shifted', (b: Buffer) => b.subarray(5), /directory breaks off/],
    [
      'claiming 4 GB',
      (b: Buffer) => {
        b.writeUInt32LE(0xffffffff, b.indexOf('PK\x01\x02', 0, 'latin1') + 24);
        return b;
      },
      /claims 4294967295 bytes/,
    ],
    [
      'claiming less than it unpacks to',
      (b: Buffer) => {
        b.writeUInt32LE(40, b.indexOf('PK\x01\x02', 0, 'latin1') + 24);
        return b;
      },
      /cannot be unpacked to 40 bytes/,
    ],
  ] as const)('is refused when %s', async (_, damage, message) => {
    writeFileSync(path, damage(zip([{ name: 'a.npy', content: image, isPacked: true }])));
    const error = (await readVolume(path).catch((reason: unknown) => reason)) as Error;
    expect(error.name).toBe('FormatError');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  });
});
