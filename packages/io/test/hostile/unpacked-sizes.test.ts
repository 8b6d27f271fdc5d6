import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readVolume } from '../../src/index';
import { dicomSlice } from '../dicom-writer';

const folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Zeros that deflate to a thousandth: more than a small image may unpack to. */
const BOMB_BYTES = 2 ** 26 + 2 ** 22;

/** Twice what a process may take while it refuses them. */
const LARGE_BYTES = 3 * 2 ** 27;

/** Bytes of the last meta element, the transfer syntax. */
const SYNTAX_BYTES = 28;

/** The file with all behind its meta elements deflated, as transfer syntax 1.2.840.10008.1.2.1.99 has it. */
function deflated(file: Buffer, tail: Buffer): Buffer {
  const meta = 132 + 12 + file.readUInt32LE(132 + 8);
  const syntax = Buffer.from('\x02\0\x10\0UI\x16\x001.2.840.10008.1.2.1.99', 'latin1');
  const body = Buffer.concat([file.subarray(meta), tail]);
  return Buffer.concat([
    file.subarray(0, meta - SYNTAX_BYTES),
    syntax,
    deflateRawSync(body, { level: 1 }),
  ]);
}

/** Header of a cube of 16-bit voxels. */
function niftiHeader(size: number): Buffer {
  const header = Buffer.alloc(352);
  header.writeInt32LE(348, 0);
  [3, size, size, size, 1, 1, 1, 1].forEach((value, axis) =>
    header.writeInt16LE(value, 40 + 2 * axis),
  );
  header.writeInt16LE(4, 70);
  header.writeInt16LE(16, 72);
  header.writeFloatLE(352, 108);
  header.write('n+1\0', 344, 'latin1');
  [1, 1, 1, 1].forEach((spacing, axis) => header.writeFloatLE(spacing, 76 + 4 * axis));
  return header;
}

/** Seconds of processor time that a refused reading took. */
async function costOfRefusal(path: string, message: RegExp): Promise<number> {
  const begin = process.cpuUsage();
  await expect(readVolume(path)).rejects.toThrow(message);
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

describe('a small file that unpacks to a large one', () => {
  const slice = dicomSlice({ position: [0, 0, 0], rows: 4, columns: 4 });

  it('is read when it is deflated and honest', async () => {
    const path = join(folder, 'honest.dcm');
    writeFileSync(path, deflated(slice, Buffer.alloc(0)));
    expect((await readVolume(path)).volume.shape).toEqual([1, 4, 4]);
  });

  it('is refused where a deflated DICOM unpacks to more than its header says', async () => {
    const path = join(folder, 'bomb.dcm');
    const bomb = deflated(slice, Buffer.alloc(BOMB_BYTES));
    expect(bomb.length).toBeLessThan(BOMB_BYTES / 200);
    writeFileSync(path, bomb);
    expect(await costOfRefusal(path, /unpacks to more than .* OMNICT_LIMITS/)).toBeLessThan(5);
  });

  it('is refused where the elements before the pixels do', async () => {
    const path = join(folder, 'header.dcm');
    const meta = 132 + 12 + slice.readUInt32LE(132 + 8);
    const head = Buffer.from('\x09\0\x10\0OB\0\0\0\0\0\0', 'latin1');
    head.writeUInt32LE(BOMB_BYTES, 8);
    const file = Buffer.concat([slice.subarray(0, meta), head]);
    writeFileSync(path, deflated(file, Buffer.alloc(BOMB_BYTES)));
    expect(await costOfRefusal(path, /header cannot be read/)).toBeLessThan(5);
  });

  it('is refused where a NIfTI header claims more than its file can unpack to', async () => {
    const path = join(folder, 'claims.nii.gz');
    writeFileSync(path, gzipSync(niftiHeader(2000)));
    expect(
      await costOfRefusal(path, /cannot unpack to the 16000000352 of its voxels/),
    ).toBeLessThan(1);
  });

  it('is refused where a NIfTI goes on behind its voxels', async () => {
    const path = join(folder, 'long.nii.gz');
    const bomb = gzipSync(Buffer.concat([niftiHeader(2), Buffer.alloc(BOMB_BYTES)]), { level: 1 });
    writeFileSync(path, bomb);
    expect(await costOfRefusal(path, /unpacks to more than/)).toBeLessThan(5);
  });

  it('takes no more memory than what may be read of it', () => {
    const large = Buffer.alloc(LARGE_BYTES);
    writeFileSync(join(folder, 'large.dcm'), deflated(slice, large));
    const bomb = gzipSync(Buffer.concat([niftiHeader(2), large]), { level: 1 });
    writeFileSync(join(folder, 'large.nii.gz'), bomb);
    const paths = ['large.dcm', 'large.nii.gz'].map((name) => join(folder, name));
    // A process of its own: this one made the files. It imports the build, which `npm test` makes first.
    const program = `
      import { readVolume } from '@omnict/io';
      const before = process.resourceUsage().maxRSS;
      const messages = [];
      for (const path of ${JSON.stringify(paths)}) await readVolume(path).catch((error) => messages.push(error.message));
      console.log(JSON.stringify({ messages, megabytes: (process.resourceUsage().maxRSS - before) / 1024 }));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const { messages, megabytes } = JSON.parse(stdout) as {
      messages: string[];
      megabytes: number;
    };
    for (const message of messages) expect(message).toMatch(/unpacks to more than/);
    expect(messages).toHaveLength(2);
    expect(megabytes).toBeLessThan(LARGE_BYTES / 2 ** 20 / 2);
  });
});
