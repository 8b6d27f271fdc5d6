import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { selectEngine } from '../engine/engine';
import { FormatError, MissingDataError } from '@omnict/core';
import { Linear } from '../layers/linear';
import { Module } from '../module';
import { Checkpoint, checkpointFiles } from './checkpoint';
import { loadCheckpoint } from './load-checkpoint';
import { writeSafetensors } from './write-safetensors';

class Pair extends Module {
  readonly first = new Linear({ inFeatures: 2, outFeatures: 3, random: undefined });
  readonly second = new Linear({ inFeatures: 3, outFeatures: 1, random: undefined });
}

let folder: string;
const INDEX = 'model.safetensors.index.json';

/** Tensors of a Pair, each value telling its place. */
function tensorsOf(prefix = ''): Map<string, tf.Tensor> {
  return new Map<string, tf.Tensor>([
    [`${prefix}first.weight`, tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])],
    [`${prefix}first.bias`, tf.tensor1d([7, 8, 9])],
    [`${prefix}second.weight`, tf.tensor2d([10, 11, 12], [1, 3])],
    [`${prefix}second.bias`, tf.tensor1d([13])],
  ]);
}

async function writeShards(): Promise<void> {
  const entries = [...tensorsOf()];
  const shards = [entries.slice(0, 3), entries.slice(3)];
  const map: Record<string, string> = {};
  for (const [index, shard] of shards.entries()) {
    const name = `model-0000${index + 1}-of-00002.safetensors`;
    await writeSafetensors(join(folder, name), new Map(shard));
    for (const [tensor] of shard) map[tensor] = name;
  }
  writeFileSync(join(folder, INDEX), JSON.stringify({ metadata: {}, weight_map: map }));
}

beforeAll(async () => {
  await selectEngine('cpu');
});
beforeEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'omnict-checkpoint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('Checkpoint', () => {
  it('joins shards by their index', async () => {
    await writeShards();
    const checkpoint = await Checkpoint.open(folder);
    expect(checkpoint.shapes.get('second.weight')).toEqual([1, 3]);
    expect(checkpoint.shapes.size).toBe(4);
    expect([...(await checkpoint.read('second.bias')).dataSync()]).toEqual([13]);
    await expect(checkpoint.read('third')).rejects.toThrow(MissingDataError);
    await checkpoint.close();
    expect(checkpointFiles(folder)).toHaveLength(3);
  });

  it('names the shard that is missing', async () => {
    await writeShards();
    rmSync(join(folder, 'model-00002-of-00002.safetensors'));
    await expect(Checkpoint.open(folder)).rejects.toThrow(/00002-of-00002.*places 1 tensors there/);
  });

  it.each([
    ['no JSON', 'oops', /is not JSON/],
    ['no map', '{}', /no weight_map/],
    ['a path out of the folder', '{"weight_map":{"a":"../b.safetensors"}}', /names no file/],
    ['another kind of file', '{"weight_map":{"a":"b.bin"}}', /names no file/],
  ])('refuses an index with %s', async (_, text, message) => {
    writeFileSync(join(folder, INDEX), text);
    await expect(Checkpoint.open(folder)).rejects.toThrow(FormatError);
    await expect(Checkpoint.open(folder)).rejects.toThrow(message);
  });

  it('refuses an index that names a tensor its shard lacks', async () => {
    await writeShards();
    const name = 'model-00001-of-00002.safetensors';
    writeFileSync(join(folder, INDEX), JSON.stringify({ weight_map: { 'second.bias': name } }));
    await expect(Checkpoint.open(folder)).rejects.toThrow(/second\.bias.*different checkpoints/);
  });

  it('says what a folder without weights should hold', async () => {
    await expect(Checkpoint.open(folder)).rejects.toThrow(
      /expected model\.safetensors.* or model\.safetensors\.index\.json/,
    );
  });
});

describe('loadCheckpoint', () => {
  it('fills a module, from whichever prefix fits, and leaves the rest', async () => {
    const tensors = tensorsOf('tower.');
    tensors.set('other.weight', tf.tensor1d([1]));
    await writeSafetensors(join(folder, 'model.safetensors'), tensors);
    const module = new Pair();
    await loadCheckpoint(module, folder, { prefixes: ['', 'tower.'] });
    expect([...module.first.weight.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(module.second.bias as tf.Tensor).dataSync()]).toEqual([13]);
  });

  it('explains all that does not fit, with the nearest names, and changes nothing', async () => {
    const tensors = tensorsOf();
    tensors.delete('second.weight');
    tensors.set('second.weigth', tf.zeros([1, 3]));
    tensors.set('first.bias', tf.zeros([2]));
    await writeSafetensors(join(folder, 'model.safetensors'), tensors);
    const module = new Pair();
    const load = loadCheckpoint(module, folder);
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(
      /1 missing: 'second\.weight' \[1, 3\], nearest is 'second\.weigth'.*'first\.bias' expected \[3\], got \[2\].*1 unexpected/,
    );
    expect([...module.first.weight.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('leaves out what it was told to ignore', async () => {
    const tensors = tensorsOf('m.');
    tensors.set('m.head.weight', tf.zeros([1]));
    await writeSafetensors(join(folder, 'model.safetensors'), tensors);
    await expect(loadCheckpoint(new Pair(), folder, { prefixes: ['m.'] })).rejects.toThrow(
      /unexpected: 'm\.head/,
    );
    await loadCheckpoint(new Pair(), folder, { prefixes: ['m.'], ignored: [/^head\./] });
  });
});
