import { ConfigError, FormatError, Random, UnsupportedError } from '@omnict/core';
import { readSafetensors, selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attachLora,
  type CausalDecoder,
  loadCausalDecoder,
  loadLoraAdapter,
  loraParameters,
  mergeLora,
  saveLoraAdapter,
} from '../src/index';

/** Written by PEFT; see tools/reference/checkpoints.py. */
const LORA = fileURLToPath(new URL('./expected/lora', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'omnict-lora-'));
let io: Map<string, tf.Tensor>;

beforeAll(async () => {
  await selectEngine();
  io = await readSafetensors(join(LORA, 'io.safetensors'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

function logits(model: CausalDecoder): number[] {
  return tf.tidy(() => {
    const ids = io.get('input_ids') as tf.Tensor2D;
    const [batch, length] = ids.shape;
    const order = tf.expandDims(tf.range(0, length, 1, 'int32'), 0);
    const { hidden } = model.forward({
      embeddings: model.embed(ids),
      positions: tf.tile(order, [batch, 1]) as tf.Tensor2D,
      attentionMask: tf.ones([batch, length], 'int32'),
    });
    return [...model.logits(tf.reshape(hidden, [-1, model.hiddenSize]) as tf.Tensor2D).dataSync()];
  });
}

function distance(actual: readonly number[], name: string): number {
  const expected = (io.get(name) as tf.Tensor).dataSync();
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number))));
}

describe('a PEFT adapter', () => {
  it('gives the logits of the reference, attached and merged, and leaves the base as it was', async () => {
    const model = await loadCausalDecoder(join(LORA, 'base'));
    expect(distance(logits(model), 'base_logits')).toBeLessThan(1e-4);
    await loadLoraAdapter(join(LORA, 'adapter'), model);
    expect(distance(logits(model), 'adapted_logits')).toBeLessThan(1e-4);
    expect(distance(logits(model), 'base_logits')).toBeGreaterThan(0.1);
    const unmerge = mergeLora(model);
    expect(loraParameters(model).size).toBe(0);
    expect(distance(logits(model), 'adapted_logits')).toBeLessThan(1e-4);
    unmerge();
    expect(distance(logits(model), 'adapted_logits')).toBeLessThan(1e-4);
    model.dispose();
  });

  it('comes back as it was saved', async () => {
    const model = await loadCausalDecoder(join(LORA, 'base'));
    const config = await loadLoraAdapter(join(LORA, 'adapter'), model);
    await saveLoraAdapter(join(scratch, 'saved'), model, config);
    const again = await loadCausalDecoder(join(LORA, 'base'));
    expect(await loadLoraAdapter(join(scratch, 'saved'), again)).toEqual(config);
    expect(logits(again)).toEqual(logits(model));
    model.dispose();
    again.dispose();
  });

  it('starts without effect and trains nothing but itself', async () => {
    const model = await loadCausalDecoder(join(LORA, 'base'));
    const before = logits(model);
    attachLora(model, { rank: 2, alpha: 4, targets: ['q_proj', 'o_proj'] }, new Random(1));
    expect(logits(model)).toEqual(before);
    const parameters = loraParameters(model);
    expect(parameters.size).toBe(2 * 2 * 2);
    const ids = io.get('input_ids') as tf.Tensor2D;
    const { grads } = tf.variableGrads(() => {
      const { hidden } = model.forward({
        embeddings: model.embed(ids),
        positions: tf.zeros([2, 7], 'int32'),
        attentionMask: tf.ones([2, 7], 'int32'),
      });
      return tf.sum(tf.square(hidden)) as tf.Scalar;
    }, [...parameters.values()]);
    for (const [name, variable] of parameters) {
      const size = tf.sum(tf.abs(grads[variable.name] as tf.Tensor)).dataSync()[0] as number;
      if (name.endsWith('lora_b')) expect(size, name).toBeGreaterThan(0);
      else expect(size, name).toBe(0); // A moves once B is no longer 0
    }
    model.dispose();
  });

  it('is refused when it does not fit', async () => {
    const model = await loadCausalDecoder(join(LORA, 'base'));
    expect(() => attachLora(model, { rank: 1, alpha: 1, targets: ['q_prj'] })).toThrow(
      /q_prj.*q_proj/,
    );
    expect(() => attachLora(model, { rank: 1, alpha: 1, targets: ['q_prj'] })).toThrow(ConfigError);
    const damaged = join(scratch, 'damaged');
    cpSync(join(LORA, 'adapter'), damaged, { recursive: true });
    const path = join(damaged, 'adapter_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...config, use_dora: true }));
    await expect(loadLoraAdapter(damaged, model)).rejects.toThrow(UnsupportedError);
    writeFileSync(path, JSON.stringify({ ...config, r: 4 }));
    await expect(loadLoraAdapter(damaged, model)).rejects.toThrow(FormatError);
    await loadLoraAdapter(join(LORA, 'adapter'), model); // and nothing half-attached is left
    model.dispose();
  });
});
