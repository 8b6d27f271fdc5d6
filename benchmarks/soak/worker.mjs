/** @file The process that run.mjs watches. Usage: node worker.mjs STEPS PRECISION */
import { Qwen2ForCausalLM } from '@omnict/llm';
import { Random } from '@omnict/core';
import { selectEngine, softmaxCrossEntropy } from '@omnict/nn';
import { TrainingStep } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';

const steps = Number(process.argv[2]);
const precision = process.argv[3];
const VOCABULARY = 64;
const SIZE = 32;

await selectEngine();
const random = new Random('soak');
const model = new Qwen2ForCausalLM(
  {
    vocabSize: VOCABULARY,
    hiddenSize: SIZE,
    headSize: 8,
    intermediateSize: 64,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    numKeyValueHeads: 2,
    maxPositionEmbeddings: 64,
    ropeTheta: 10000,
    rmsNormEps: 1e-6,
    tieWordEmbeddings: true,
  },
  random,
);
const parameters = model.namedParameters();
const step = new TrainingStep({
  parameters,
  loss: ({ ids, positions, attentionMask, lossWeights }) => {
    const { hidden } = model.forward({ embeddings: model.embed(ids), positions, attentionMask });
    const logits = model.logits(tf.reshape(hidden, [-1, SIZE]));
    return tf.sum(tf.mul(softmaxCrossEntropy(logits, tf.reshape(ids, [-1])), lossWeights));
  },
  weightDecay: 0.01,
  maxGradientNorm: 1,
  precision,
  emaDecay: 0.99,
});

function batch(index) {
  const shape = [4, 8 + 8 * (index % 3)]; // three lengths, three graphs
  const ids = Int32Array.from({ length: shape[0] * shape[1] }, () => random.integer(VOCABULARY));
  return {
    ids: tf.tensor2d(ids, shape, 'int32'),
    positions: tf.tensor2d(
      ids.map((_, i) => i % shape[1]),
      shape,
      'int32',
    ),
    attentionMask: tf.ones(shape, 'int32'),
    lossWeights: tf.ones([ids.length]),
  };
}

const [memory, tensors, losses] = [[], [], []];
const started = performance.now();
for (let index = 1; index <= steps; index++) {
  const parts = index % 7 === 0 ? [batch(index), batch(index)] : [batch(index)];
  const { loss } = await step.run(parts, index, 1e-3);
  if (index % 50 === 0) {
    await step.lossOf(parts[0]);
    for (const parameter of parameters.values()) await parameter.data();
  }
  tf.dispose(parts);
  losses.push(loss);
  if (index % Math.ceil(steps / 10) === 0 || index === steps) {
    memory.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
    tensors.push(tf.memory().numTensors);
  }
}
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
process.stdout.write(
  `${JSON.stringify({
    memory,
    tensors,
    firstLoss: mean(losses.slice(0, 20)),
    lastLoss: mean(losses.slice(-20)),
    seconds: Math.round((performance.now() - started) / 1000),
  })}\n`,
);
process.exit(0);
