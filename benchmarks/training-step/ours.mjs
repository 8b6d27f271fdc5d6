/** @file One optimizer step of the demo's full model, batch 16: median time. Usage: node ours.mjs STEPS */
import * as tf from '@tensorflow/tfjs-core';
import { Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { collate, createOmniCT, createSample } from '@omnict/model';
import { TrainingStep } from '@omnict/train';

const steps = Number(process.argv[2] ?? 30);
await selectEngine();
const omnict = await createOmniCT(
  {
    prepare: { window: [-1000, 1000], size: [32, 108, 108] },
    model: {
      encoder: 'siglip-tiny',
      llm: 'qwen2-tiny',
      vision: true,
      sce: true,
      tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
      unshuffle: { slice: 1, volume: 3 },
      ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 10 },
    },
  },
  0,
);
const random = new Random(1);
const samples = Array.from({ length: 16 }, (_, index) => {
  const modality = index < 8 ? 'slice' : 'volume';
  const units = modality === 'slice' ? 1 : 10;
  return createSample(omnict, {
    id: String(index),
    modality,
    question: 'Which organ has a lesion? Choices: A. liver B. spleen C. lungs D. kidneys',
    answer: 'B. spleen',
    features: Float32Array.from({ length: units * 81 * 96 }, () => random.normal()),
    region: undefined,
  });
});
const { model } = omnict;
const batch = collate(samples, {
  side: 'right',
  lengthMultiple: 32,
  visualTokens: model.visualTokens,
});
const parameters = model.namedParameters();
const step = new TrainingStep({
  parameters,
  loss: (inputs) => model.answerLoss(inputs),
  weightDecay: 0,
  maxGradientNorm: 1,
});
const times = [];
for (let index = 0; index < steps + 5; index++) {
  const started = performance.now();
  const inputs = model.tensors(batch); // uploading is part of every step
  await step.run([inputs], index + 1, 1e-3);
  tf.dispose(inputs);
  if (index >= 5) times.push(performance.now() - started);
}
times.sort((a, b) => a - b);
const count = [...parameters.values()].reduce((sum, { size }) => sum + size, 0);
process.stdout.write(
  `${JSON.stringify({ medianMs: times[Math.floor(times.length / 2)], length: batch.length, parameters: count })}\n`,
);
process.exit(0);
