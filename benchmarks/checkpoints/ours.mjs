/** @file Times of one task with OmniCT's packages. Usage: node ours.mjs TASK FOLDER REPEATS */
import * as tf from '@tensorflow/tfjs-core';
import { loadVisionEncoder } from '@omnict/encoding';
import {
  loadCausalDecoder,
  openOnnxGenerator,
  quantizeLanguageModel,
  TextGenerator,
} from '@omnict/llm';
import { selectEngine } from '@omnict/nn';
import { existsSync } from 'node:fs';

const [task, folder, repeats] = process.argv.slice(2);
await selectEngine();

/** The same prompt in every row: its tokens are 1 to the length. */
const ids = (batch, length) =>
  tf.tensor2d(
    Int32Array.from({ length: batch * length }, (_, i) => (i % length) + 1),
    [batch, length],
    'int32',
  );

/** Generates greedily after prompts of one length. */
async function generate({ generator }, { batch = 1, length, maxNewTokens }) {
  const embeddings = tf.tidy(() => generator.embed(ids(batch, length)));
  const attentionMask = new Int32Array(batch * length).fill(1);
  const answers = await generator.generate(
    { embeddings, attentionMask },
    { maxNewTokens, stopIds: [] },
  );
  embeddings.dispose();
  for (const answer of answers) {
    if (answer.length !== maxNewTokens) throw new Error(`${answer.length} tokens`);
  }
}

/** What the tasks of the language model generate. */
const GENERATED = {
  load: { length: 1, maxNewTokens: 1 }, // until the first token: weights reach the engine when first used
  prefill: { length: 512, maxNewTokens: 1 },
  decode: { length: 16, maxNewTokens: 64 },
  'decode-bf16': { length: 16, maxNewTokens: 64 },
  'decode-int8': { length: 16, maxNewTokens: 64 },
  'decode-int4': { length: 16, maxNewTokens: 64 },
  'load-int4': { length: 1, maxNewTokens: 1 },
  'decode-8': { batch: 8, length: 16, maxNewTokens: 64 },
  'decode-8-bf16': { batch: 8, length: 16, maxNewTokens: 64 },
};

/** Rounded once, then kept beside the checkpoint. */
async function quantized(weights) {
  const target = `${folder}/qwen/onnx-${weights}`;
  if (!existsSync(target)) await quantizeLanguageModel(`${folder}/qwen`, { weights });
  return { generator: await openOnnxGenerator(target) };
}

async function language() {
  const weights = task.split('-').at(-1);
  if (weights === 'int8' || weights === 'int4') return quantized(weights);
  const precision = task.endsWith('bf16') ? 'bf16' : 'f32';
  const model = await loadCausalDecoder(`${folder}/qwen`);
  return { model, generator: new TextGenerator(model, { precision }) };
}

/** Processor time of a run, all of them counted. */
function cpuMsOf({ user, system }) {
  return (user + system) / 1000 / (Number(repeats) + 1);
}

/** What is timed, ready to run. */
async function prepare() {
  if (task.startsWith('encode')) {
    const precision = task === 'encode' ? 'f32' : 'bf16';
    const encoder = await loadVisionEncoder(`${folder}/siglip`, { precision });
    const units = tf.zeros([1, 3, 384, 384]);
    return async () => {
      const features = encoder.encode(units);
      await features.data();
      features.dispose();
    };
  }
  if (task.startsWith('load')) {
    return async () => {
      const loaded = await language();
      await generate(loaded, GENERATED[task]);
      loaded.generator.dispose();
      loaded.model?.dispose();
    };
  }
  const loaded = await language();
  return () => generate(loaded, GENERATED[task]);
}

const run = await prepare();
const used = process.cpuUsage();
const times = [];
for (let index = 0; index <= Number(repeats); index++) {
  const started = performance.now();
  await run();
  times.push(performance.now() - started);
}
// The first one warms up; of loading it is the one that counts for a user.
const measured = task.startsWith('load') ? times : times.slice(1);
measured.sort((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({
    cpuMs: cpuMsOf(process.cpuUsage(used)),
    medianMs: measured[Math.floor(measured.length / 2)],
    peakMB: process.resourceUsage().maxRSS / 1024,
  })}\n`,
);
process.exit(0);
