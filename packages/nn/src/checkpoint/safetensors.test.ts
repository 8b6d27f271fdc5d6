import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectEngine } from '../engine/engine';
import { FormatError } from '../errors/format-error';
import { MissingDataError } from '../errors/missing-data-error';
import { readSafetensors, SafetensorsFile } from './safetensors-file';
import { writeSafetensors } from './write-safetensors';

const MIXED = fileURLToPath(new URL('../../test/expected/mixed.safetensors', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-safetensors-'));

beforeAll(async () => {
  await selectEngine('cpu');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with this header and this many bytes of data. */
function fileWith(header: string, dataBytes: number, headerLength = header.length): string {
  const path = join(folder, `${Math.random()}.safetensors`);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(headerLength));
  writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(dataBytes)]));
  return path;
}

describe('safetensors', () => {
  it('reads what safetensors.torch wrote, in every type', async () => {
    const expected = JSON.parse(
      readFileSync(MIXED.replace('.safetensors', '.json'), 'utf8'),
    ) as Record<string, number | number[]>;
    const tensors = await readSafetensors(MIXED);
    for (const [name, tensor] of tensors) {
      const wanted = [expected[name] as number[]].flat(Infinity) as number[];
      const values = Array.from(tensor.dataSync());
      expect(
        values.map((value, i) => Math.abs(value - (wanted[i] as number)) < 1e-6),
      ).not.toContain(false);
      expect(values).toHaveLength(wanted.length);
    }
    expect([...tensors.keys()].sort()).toEqual([
      'bf16',
      'bool',
      'f16',
      'f32',
      'i64',
      'scalar',
      'u8',
    ]);
  });

  it('gives back what it wrote, bit for bit in float32', async () => {
    const path = join(folder, 'round.safetensors');
    const table = tf.randomNormal([5, 3]);
    await writeSafetensors(
      path,
      new Map([
        ['table', table],
        ['ids', tf.tensor1d([1, -7], 'int32')],
      ]),
    );
    const back = await readSafetensors(path);
    expect(back.get('table')?.shape).toEqual([5, 3]);
    expect(back.get('table')?.dataSync()).toEqual(table.dataSync());
    expect(back.get('ids')?.dtype).toBe('int32');
    const header = readFileSync(path);
    expect(header.readBigUInt64LE(0) % 8n).toBe(0n); // data aligned, as safetensors' writers do
  });

  it('reads one tensor without the others', async () => {
    const file = await SafetensorsFile.open(MIXED);
    const tensor = await file.read('scalar');
    expect(tensor.dataSync()[0]).toBe(2.5);
    await expect(file.read('absent')).rejects.toThrow(MissingDataError);
    await file.close();
  });

  it.each([
    ['an absurd header length', () => fileWith('{}', 0, 2 ** 40)],
    ['a header that is no JSON', () => fileWith('{"a": ', 0)],
    [
      'a tensor beyond the end',
      () => fileWith('{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}', 16),
    ],
    [
      'a shape that does not fit its bytes',
      () => fileWith('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}', 16),
    ],
    [
      'a shape whose product overflows',
      () =>
        fileWith('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}', 16),
    ],
  ])('refuses %s, naming the file', async (_, make) => {
    const path = make();
    const error = await readSafetensors(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(path);
  });
});
