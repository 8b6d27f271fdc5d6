/** @file Times of one task with OmniCT's packages. Usage: node ours.mjs TASK FOLDER REPEATS */
import * as tf from '@tensorflow/tfjs-core';
import { loadVisionEncoder } from '@omnict/encoding';
import { loadCausalDecoder, TextGenerator } from '@omnict/llm';
import { selectEngine } from '@omnict/nn';

const [task, folder, repeats] = process.argv.slice(2);
await selectEngine();

const ids = (length) =>
  tf.tensor2d(
    Int32Array.from({ length }, (_, i) => i + 1),
    [1, length],
    'int32',
  );

/** Generates after a prompt of a length. */
async function generate({ model, generator }, length, maxNewTokens) {
  const embeddings = tf.tidy(() => model.embed(ids(length)));
  const attentionMask = new Int32Array(length).fill(1);
  const [answer] = await generator.generate(
    { embeddings, attentionMask },
    { maxNewTokens, stopIds: [] },
  );
  embeddings.dispose();
  if (answer.length !== maxNewTokens) throw new Error(`${answer.length} tokens`);
}

async function language() {
  const model = await loadCausalDecoder(`${folder}/qwen`);
  return { model, generator: new TextGenerator(model) };
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
  if (task === 'load') {
    return async () => {
      const loaded = await language();
      await generate(loaded, 1, 1); // until the first token: weights reach the engine when first used
      loaded.generator.dispose();
      loaded.model.dispose();
    };
  }
  const loaded = await language();
  return task === 'prefill' ? () => generate(loaded, 512, 1) : () => generate(loaded, 16, 64);
}

const run = await prepare();
const times = [];
for (let index = 0; index <= Number(repeats); index++) {
  const started = performance.now();
  await run();
  times.push(performance.now() - started);
}
// The first one warms up; of loading it is the one that counts for a user.
const measured = task === 'load' ? times : times.slice(1);
measured.sort((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({
    medianMs: measured[Math.floor(measured.length / 2)],
    peakMB: process.resourceUsage().maxRSS / 1024,
  })}\n`,
);
process.exit(0);
