/** @file A training step of a Qwen2 decoder on all tokens. Usage: node ours.mjs D L T B PRECISION */
import { Qwen2ForCausalLM } from '@omnict/llm';
import { Random } from '@omnict/core';
import { selectEngine, softmaxCrossEntropy } from '@omnict/nn';
import { TrainingStep } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { median, peakMemory, servePeer } from '../peers.mjs';

const [size, layers, length, batch] = process.argv.slice(2, 6).map(Number);
const precision = process.argv[6] ?? 'f32';
const VOCABULARY = 1024;

await selectEngine();
const random = new Random(1);
const model = new Qwen2ForCausalLM(
  {
    vocabSize: VOCABULARY,
    hiddenSize: size,
    headSize: size / 4,
    intermediateSize: (8 * size) / 3 - (((8 * size) / 3) % 16),
    numHiddenLayers: layers,
    numAttentionHeads: 4,
    numKeyValueHeads: 4,
    maxPositionEmbeddings: length,
    ropeTheta: 10000,
    rmsNormEps: 1e-6,
    tieWordEmbeddings: true,
  },
  random,
);
const ids = Int32Array.from({ length: batch * length }, () => random.integer(VOCABULARY));
const shape = [batch, length];
const inputs = {
  ids: tf.tensor2d(ids, shape, 'int32'),
  positions: tf.tensor2d(
    Int32Array.from(ids, (_, i) => i % length),
    shape,
    'int32',
  ),
  attentionMask: tf.ones(shape, 'int32'),
  lossWeights: tf.ones([batch * length]),
};
const step = new TrainingStep({
  parameters: model.namedParameters(),
  loss: ({ ids, positions, attentionMask }) => {
    const { hidden } = model.forward({ embeddings: model.embed(ids), positions, attentionMask });
    const logits = model.logits(tf.reshape(hidden, [-1, size]));
    return tf.sum(softmaxCrossEntropy(logits, tf.reshape(ids, [-1])));
  },
  weightDecay: 0,
  maxGradientNorm: 1,
  precision,
});
let count = 0;
const losses = [];
for (let i = 0; i < 3; i++) losses.push((await step.run([inputs], ++count, 1e-3)).loss);
await servePeer(async (steps) => {
  const times = [];
  const before = process.cpuUsage();
  for (let i = 0; i < steps; i++) {
    const started = performance.now();
    await step.run([inputs], ++count, 1e-3);
    times.push(performance.now() - started);
  }
  const { user, system } = process.cpuUsage(before);
  const memory = peakMemory(readFileSync('/proc/self/status', 'utf8'));
  return { ms: median(times), cpuMs: (user + system) / 1000 / steps, memory, losses };
});
process.exit(0);
