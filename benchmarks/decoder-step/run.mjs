/**
 * @file Training steps of a decoder beside PyTorch, all peers in turns; prints a Markdown table of median
 * time, its ratio to PyTorch eager, the same of processor time, and peak memory.
 * Usage: npm run bench -- decoder-step [ROUNDS] (SIZES="0 2" takes some of the sizes only)
 */
import { fileURLToPath } from 'node:url';
import { inTurns, median, startPeer } from '../peers.mjs';

const rounds = Number(process.argv[2] ?? 5);
const here = fileURLToPath(new URL('.', import.meta.url));
const only = process.env.SIZES?.split(' ');

/** (D, L, T, B) and steps a round. */
const SIZES = [
  [64, 2, 64, 8, 20],
  [128, 4, 128, 16, 5],
  [256, 6, 256, 8, 2],
  [512, 8, 256, 4, 1],
];
const PEERS = [
  'ours f32',
  'ours bf16',
  'torch eager',
  'torch compile',
  'torch amp',
  'torch amp-compile',
];

console.log(`| D, L, T, B | ${PEERS.join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(PEERS.length)}`);
for (const [index, [d, l, t, b, count]] of SIZES.entries()) {
  if (only !== undefined && !only.includes(String(index))) continue;
  const sizes = [d, l, t, b].map(String);
  const peers = [];
  for (const name of PEERS) {
    const [who, mode] = name.split(' ');
    const [command, script] =
      who === 'ours' ? [process.execPath, 'ours.mjs'] : ['python3', 'twin.py'];
    const peer = await startPeer(name, command, [here + script, ...sizes, mode]);
    if (peer !== undefined) peers.push(peer);
  }
  const answers = await inTurns(peers, { rounds, count });
  for (const peer of peers) peer.stop();
  const eager = answers.get('torch eager') ?? [];
  const cells = PEERS.map((name) => {
    const own = answers.get(name);
    if (own === undefined) return '-';
    // Ratios of the same round: what else runs on the machine slows both.
    const ratio = (key) => median(own.map((answer, i) => answer[key] / (eager[i]?.[key] ?? NaN)));
    const ms = median(own.map((answer) => answer.ms));
    return `${ms.toFixed(0)} ms, ${ratio('ms').toFixed(2)}, ${ratio('cpuMs').toFixed(2)}, ${own.at(-1).memory} MiB`;
  });
  console.log(`| ${sizes.join(', ')} | ${cells.join(' | ')} |`);
}
