/**
 * @file On a machine with an NVIDIA card: training steps of a decoder and work on checkpoints, ours through
 * TensorFlow for CUDA and PyTorch's on the card, in turns. Needs `npm run setup -- --gpu`. Without a card only the
 * script itself can be tried: DEVICE=cpu npm run bench -- gpu 1 "64 2 64 8".
 * Usage: npm run bench -- gpu [ROUNDS ["D L T B" ...]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurns, median, runPeer, startPeer } from '../peers.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const device = process.env.DEVICE ?? 'cuda';
const [rounds = '3', ...sizes] = process.argv.slice(2);
const SIZES = sizes.length > 0 ? sizes : ['256 6 256 8', '512 8 256 16', '1024 16 512 8'];
const PEERS = ['ours f32', 'ours bf16', 'torch eager', 'torch amp', 'torch amp-compile'];
const STEPS = 20;
/** The card's memory is given as it is needed: two processes share it here. */
const environment = {
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  OMNICT_ENGINE: device === 'cuda' ? 'tensorflow-gpu' : 'tensorflow',
  DEVICE: device,
};

console.log(`| D, L, T, B | ${PEERS.map((name) => `${name}, tokens a second`).join(' | ')} |`);
console.log(`| --- |${' --: |'.repeat(PEERS.length)}`);
for (const size of SIZES) {
  const [, , length, batch] = size.split(' ').map(Number);
  const peers = [];
  for (const name of PEERS) {
    const [who, mode] = name.split(' ');
    const [command, script] =
      who === 'ours' ? [process.execPath, 'ours.mjs'] : ['python3', 'twin.py'];
    const args = [here(`../decoder-step/${script}`), ...size.split(' '), mode];
    const peer = await startPeer(name, command, args, environment);
    if (peer !== undefined) peers.push(peer);
  }
  const answers = await inTurns(peers, { rounds: Number(rounds), count: STEPS });
  for (const peer of peers) peer.stop();
  const cells = PEERS.map((name) => {
    const own = answers.get(name);
    if (own === undefined) return '-';
    return String(Math.round((1000 * length * batch) / median(own.map(({ ms }) => ms))));
  });
  console.log(`| ${size} | ${cells.join(' | ')} |`);
}

if (device !== 'cpu') {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-benchmark-'));
  const env = { ...process.env, ...environment };
  try {
    runPeer('python3', [here('../checkpoints/make.py'), folder]);
    console.log('\n| task | ours, ms | PyTorch, ms |\n| --- | --: | --: |');
    for (const task of ['encode', 'encode-bf16', 'prefill', 'decode', 'decode-8']) {
      const args = [task, folder, '5'];
      const ours = runPeer(process.execPath, [here('../checkpoints/ours.mjs'), ...args], env);
      const torch = runPeer('python3', [here('../checkpoints/twin.py'), ...args, '4'], env);
      const cells = [ours, torch].map(({ medianMs }) => medianMs.toFixed(0));
      console.log(`| ${task} | ${cells.join(' | ')} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
