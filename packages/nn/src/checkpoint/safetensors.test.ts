import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectEngine } from '../engine/engine';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  FormatError,
  MissingDataError,
  OmnictError,
  UnsupportedError,
} from '@omnict/core';
import { readSafetensors, SafetensorsFile } from './safetensors-file';
import { writeSafetensors } from './write-safetensors';

const MIXED = fileURLToPath(new URL('../../test/expected/mixed.safetensors', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-safetensors-'));

beforeAll(async () => {
  await selectEngine(); // where TensorFlow is, it widens halves; checkpoint.test.ts reads without it
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with this header and this many bytes of data. */
function fileWith(header: string, dataBytes: number, headerLength = header.length): string {
  return fileOf(header, new Uint8Array(dataBytes), headerLength);
}

/** A file with this header and this data. */
function fileOf(header: string, data: Uint8Array, headerLength = header.length): string {
  const path = join(folder, `${Math.random()}.safetensors`);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(headerLength));
  writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), data]));
  return path;
}

describe('values of safetensors', () => {
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

  it('widens every half and every bfloat16 as the plain code does', async () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    for (const [dtype, widen] of [
      ['F16', float16ToFloat32],
      ['BF16', bfloat16ToFloat32],
    ] as const) {
      const entry = { dtype, shape: [256, 256], data_offsets: [0, 131072] };
      const path = fileOf(JSON.stringify({ all: entry }), new Uint8Array(all.buffer));
      const tensors = await readSafetensors(path);
      const table = tensors.get('all') as tf.Tensor;
      expect(table.shape).toEqual([256, 256]);
      const values = await table.data();
      expect(values.map((value) => value)).toEqual(widen(all)); // NaN equals NaN
    }
  });

  it('reads tensors at the same time without mixing them up', async () => {
    const path = join(folder, 'together.safetensors');
    const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
    const written = new Map(names.map((name, i) => [name, tf.fill([100 + i], i)]));
    await writeSafetensors(path, written);
    const file = await SafetensorsFile.open(path);
    const read = await Promise.all(names.map((name) => file.read(name)));
    read.forEach((tensor, i) => {
      expect(Array.from(tensor.dataSync())).toEqual(new Array(100 + i).fill(i));
    });
    await file.close();
  });
});

describe('safetensors', () => {
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
    [
      'a shape of 2^60',
      () =>
        fileWith('{"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,16]}}', 16),
    ],
    [
      'ranges that overlap',
      () =>
        fileWith(
          '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}',
          16,
        ),
    ],
    [
      'bytes after the last tensor',
      () => fileWith('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 16),
    ],
    [
      'bytes that belong to no tensor',
      () => fileWith('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}', 16),
    ],
    [
      'a negative size',
      () => fileWith('{"a":{"dtype":"F32","shape":[-2,-2],"data_offsets":[0,16]}}', 16),
    ],
    [
      'a type that does not exist',
      () => fileWith('{"a":{"dtype":"F12","shape":[4],"data_offsets":[0,16]}}', 16),
    ],
  ])('refuses %s, naming the file', async (_, make) => {
    const path = make();
    const error = await readSafetensors(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(path);
  });

  it('names types that it does not read as such, not as damage', async () => {
    const path = fileWith('{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}', 4);
    const error: unknown = await readSafetensors(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as Error).message).toMatch(/tensor 'a' holds F8_E4M3; expected F64, F32.*BF16/);
  });

  it('survives any damage of a byte: values, or a clear error', async () => {
    const whole = readFileSync(MIXED);
    const path = join(folder, 'damaged.safetensors');
    let refused = 0;
    for (let at = 0; at < Math.min(whole.length, 700); at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, damaged);
      const result = await readSafetensors(path).catch((reason: unknown) => reason);
      if (result instanceof Map) tf.dispose([...(result as Map<string, tf.Tensor>).values()]);
      else {
        expect(result).toBeInstanceOf(OmnictError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('reads unsigned integers, and refuses those that no tensor here can hold', async () => {
    const entry = (dtype: string, bytes: number): string =>
      `{"a":{"dtype":"${dtype}","shape":[1],"data_offsets":[0,${bytes}]}}`;
    const read = async (dtype: string, bytes: number): Promise<number | undefined> =>
      (await readSafetensors(fileWith(entry(dtype, bytes), bytes))).get('a')?.dataSync()[0];
    expect(await Promise.all([read('U16', 2), read('U32', 4), read('U64', 8)])).toEqual([0, 0, 0]);
    const path = fileWith(entry('U32', 4), 4);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(255, bytes.length - 4));
    await expect(readSafetensors(path)).rejects.toThrow(/beyond 32 bits \(4294967295\)/);
  });
});
