/**
 * @file Scores pairs of texts with omnict and with the Python reference libraries, in turns.
 *
 * Usage: npm run bench -- metrics [--pairs=100000] [--rounds=3]
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, runPeer } from '../peers.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const METRICS = ['accuracy', 'bleu', 'rouge', 'meteor', 'token-f1'];

const flags = process.argv.slice(2);
const flag = (name, fallback) =>
  Number(flags.find((text) => text.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);
const pairs = flag('pairs', 100_000);
const rounds = flag('rounds', 3);

/** Sentences of radiology in the lengths of answers and short reports; a generator of its own, so that every machine has the same. */
async function writePairs(path, count) {
  let state = 42;
  const random = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const words =
    'there is no evidence of small large nodule nodules effusion pleural pericardial lung lungs liver kidney kidneys in the right left upper lower lobe lobes segment with calcified calcification artery arteries coronary aortic enlarged heart size normal limits seen noted measuring 5.2 12 mm cm mild moderate severe consolidation atelectasis opacity opacities thickening bilateral stable unchanged suspicious cyst cysts lesion lesions spleen pancreas doctor physician abdomen belly'.split(
      ' ',
    );
  const file = createWriteStream(path);
  for (let id = 0; id < count; id++) {
    const length = 4 + random(36);
    const reference = Array.from({ length }, () => words[random(words.length)]);
    const prediction = reference.flatMap((word) => {
      const kind = random(10);
      if (kind === 0) return [];
      return kind === 1 ? [words[random(words.length)]] : [word];
    });
    const letter = 'ABCD'[random(4)];
    const row = {
      id,
      prediction: id % 2 === 0 ? `${prediction.join(' ')}.` : `The answer is ${letter}.`,
      reference: id % 2 === 0 ? `${reference.join(' ')}.` : 'B. nodule',
      ...(id % 2 === 1 && { options: ['cyst', 'nodule', 'effusion', 'opacity'], answer: 'B' }),
      ...(id % 2 === 0 && { taskType: 'short-answer' }),
    };
    if (!file.write(`${JSON.stringify(row)}\n`)) {
      await new Promise((resolve) => file.once('drain', resolve));
    }
  }
  await new Promise((resolve) => file.end(resolve));
}

const folder = await mkdtemp(join(tmpdir(), 'omnict-metrics-'));
try {
  const path = join(folder, 'pairs.jsonl');
  await writePairs(path, pairs);
  const results = { omnict: [], python: [] };
  for (let round = 0; round < rounds; round++) {
    results.omnict.push(
      runPeer(process.execPath, [join(HERE, 'ours.mjs'), path, METRICS.join(',')]),
    );
    results.python.push(runPeer('python3', [join(HERE, 'peer.py'), path]));
    console.error(`round ${round + 1} of ${rounds}`);
  }
  const seconds = (name) => median(results[name].map((result) => result.seconds));
  const memory = (name) => median(results[name].map((result) => result.megabytes));
  console.log(`${pairs} pairs, ${METRICS.join(', ')}; median of ${rounds} rounds in turns`);
  for (const name of ['omnict', 'python']) {
    console.log(`${name}: ${seconds(name).toFixed(1)} s, ${memory(name).toFixed(0)} MB at most`);
  }
  console.log(`omnict is ${(seconds('python') / seconds('omnict')).toFixed(1)} x as fast`);
  const [ours] = results.omnict;
  const [peer] = results.python;
  for (const [name, value] of Object.entries(peer.scores)) {
    const difference = Math.abs(value - ours.scores[name]);
    console.log(`${name}: ${value.toFixed(6)}, difference ${difference.toExponential(1)}`);
  }
  const small = join(folder, 'small.jsonl');
  await writePairs(small, Math.ceil(pairs / 10));
  const tenth = runPeer(process.execPath, [join(HERE, 'ours.mjs'), small, METRICS.join(',')]);
  console.log(`memory of omnict: ${tenth.megabytes.toFixed(0)} MB for a tenth of the pairs`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
