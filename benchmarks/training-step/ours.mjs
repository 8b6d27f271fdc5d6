/**
 * @file One optimizer step of the demo's full model on the demo's shapes: five questions about each of
 * four slices and ten about a volume. Answers `go N` with median and processor time of a step.
 * Usage: node ours.mjs shared | whole (each image's tokens once, or in every question's sequence)
 */
import * as tf from '@tensorflow/tfjs-core';
import { Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { byImage, collate, collateByImage, createOmniCT, createSample } from '@omnict/model';
import { TrainingStep } from '@omnict/train';
import { readFileSync } from 'node:fs';
import { median, peakMemory, servePeer } from '../peers.mjs';

const mode = process.argv[2] ?? 'shared';
await selectEngine();
const omnict = await createOmniCT(
  {
    prepare: { window: [-200, 500], size: [32, 108, 108] },
    model: {
      encoder: 'siglip-tiny',
      llm: 'qwen2-tiny',
      vision: true,
      sce: true,
      tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
      unshuffle: { slice: 2, volume: 4 },
      projectorWidth: 256,
      ose: { strategy: 'adaptive', tokens2d: 9, tokens3d: 10 },
    },
  },
  0,
);
const random = new Random(1);
const QUESTIONS = [
  ['Which organ has a lesion? Choices: A. liver B. spleen C. lungs D. kidneys', 'B. spleen'],
  ['Is there a lesion in the liver?', 'yes'],
  ['Which organ has a lesion? Choices: A. lungs B. spleen C. liver D. kidneys', 'B. spleen'],
];
const images = [
  ...Array.from({ length: 4 }, () => ({ modality: 'slice', units: 1, count: 5 })),
  { modality: 'volume', units: 10, count: 10 },
];
const samples = images.flatMap(({ modality, units, count }, image) => {
  const features = Float32Array.from({ length: units * 144 * 96 }, () => random.normal());
  return Array.from({ length: count }, (_, index) => {
    const [question, answer] = QUESTIONS[index % QUESTIONS.length];
    return createSample(omnict, {
      id: `${image}/${index}`,
      image: String(image),
      modality,
      question,
      answer,
      features,
      region: undefined,
    });
  });
});
const { model } = omnict;
const padding = { side: 'right', visualTokens: model.visualTokens };
const batch =
  mode === 'whole'
    ? collate(samples, { ...padding, lengthMultiple: 32 })
    : collateByImage(byImage(samples), { ...padding, lengthMultiple: 8 });
const step = new TrainingStep({
  parameters: model.namedParameters(),
  loss: (inputs) => model.answerLoss(inputs),
  weightDecay: 0,
  maxGradientNorm: 1,
});
let done = 0;
const losses = [];
const one = async () => {
  const started = performance.now();
  const inputs = model.tensors(batch); // uploading is part of every step
  const { loss } = await step.run([inputs], ++done, 1e-3);
  tf.dispose(inputs);
  losses.push(loss);
  return performance.now() - started;
};
for (let i = 0; i < 5; i++) await one();
await servePeer(async (steps) => {
  const times = [];
  const before = process.cpuUsage();
  for (let i = 0; i < steps; i++) times.push(await one());
  const { user, system } = process.cpuUsage(before);
  return {
    ms: median(times),
    cpuMs: (user + system) / 1000 / steps,
    memory: peakMemory(readFileSync('/proc/self/status', 'utf8')),
    losses: losses.slice(0, 5),
    lengths: batch.parts.map(({ rows, length, prefix }) => [
      rows,
      length,
      prefix?.count ?? 0,
      prefix?.length ?? 0,
    ]),
  };
});
process.exit(0);
