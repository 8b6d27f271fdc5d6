import { readSafetensors, selectEngine } from '@omnict/nn';
import { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextGenerator, parseQwen2Config, Qwen2ForCausalLM } from '../src/index';

const FOLDER = fileURLToPath(new URL('./expected', import.meta.url));

async function load(name: string): Promise<Qwen2ForCausalLM> {
  const path = join(FOLDER, name, 'config.json');
  const config = parseQwen2Config(JSON.parse(readFileSync(path, 'utf8')), path);
  const model = new Qwen2ForCausalLM(config, new Random(0));
  model.loadParameters(await readSafetensors(join(FOLDER, name, 'model.safetensors')));
  return model;
}

function expectedOf(name: string) {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as {
    ids: number[][];
    mask: number[][];
    logits: number[][][];
    prompt: number[][];
    greedy: number[];
  };
}

beforeAll(async () => {
  await selectEngine();
});

describe.each(['qwen2-tied', 'qwen2-untied'])('%s, saved by transformers', (name) => {
  it('gives the logits of Qwen2ForCausalLM', async () => {
    const model = await load(name);
    const { ids, mask, logits } = expectedOf(name);
    const positions = tf.tensor2d(
      ids.map((row) => row.map((_, i) => i)),
      undefined,
      'int32',
    );
    const { hidden } = model.forward({
      embeddings: model.embed(tf.tensor2d(ids, undefined, 'int32')),
      positions,
      attentionMask: tf.tensor2d(mask, undefined, 'int32'),
    });
    const [batch, length, size] = hidden.shape;
    const values = model.logits(tf.reshape(hidden, [batch * length, size])).arraySync();
    mask.flat().forEach((isToken, row) => {
      if (isToken === 0) return; // what stands at padding is nobody's concern
      const wanted = logits.flat()[row] as number[];
      wanted.forEach((value, i) => {
        expect(Math.abs((values[row]?.[i] as number) - value)).toBeLessThan(
          2e-4 * Math.max(1, Math.abs(value)),
        );
      });
    });
  });

  it('generates the same tokens, one at a time from its cache, also beside a longer prompt', async () => {
    const model = await load(name);
    const { prompt, greedy } = expectedOf(name);
    const [short = []] = prompt;
    const long = [9, 2, 4, 8, 1, 3];
    const padding = long.length - short.length;
    const ids = [[...new Array<number>(padding).fill(0), ...short], long];
    const attentionMask = Int32Array.from([
      ...new Array<number>(padding).fill(0),
      ...short.map(() => 1),
      ...long.map(() => 1),
    ]);
    const generator = new TextGenerator(model);
    const [answer] = await generator.generate(
      { embeddings: model.embed(tf.tensor2d(ids, undefined, 'int32')), attentionMask },
      { maxNewTokens: greedy.length, stopIds: [] },
    );
    expect(answer).toEqual(greedy);
    const [stopped] = await generator.generate(
      { embeddings: model.embed(tf.tensor2d(ids, undefined, 'int32')), attentionMask },
      { maxNewTokens: greedy.length, stopIds: [greedy[3] as number] },
    );
    expect(stopped).toEqual(greedy.slice(0, greedy.indexOf(greedy[3] as number)));
    generator.dispose();
  });
});
