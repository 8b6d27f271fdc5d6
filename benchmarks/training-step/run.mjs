/**
 * @file Ours and PyTorch in turns, on one and on two threads: both with each image's tokens once for all of
 * its questions, and with whole sequences. Prints a Markdown table of medians: time, its ratio to plain
 * PyTorch in the same round, the same of processor time, and peak memory.
 * Usage: npm run bench -- training-step [ROUNDS [THREADS]]
 */
import { fileURLToPath } from 'node:url';
import { inTurns, median, startPeer } from '../peers.mjs';

const [rounds = '3', only] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const STEPS = 15;
const PEERS = ['ours shared', 'ours whole', 'torch plain', 'torch shared'];

console.log(`| threads | ${PEERS.join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(PEERS.length)}`);
for (const threads of only === undefined ? ['1', '2'] : [only]) {
  const env = { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: '1' };
  const peers = [];
  for (const name of PEERS) {
    const [who, mode] = name.split(' ');
    const peer =
      who === 'ours'
        ? await startPeer(name, process.execPath, [`${here}ours.mjs`, mode], env)
        : await startPeer(name, 'python3', [`${here}twin.py`, mode, threads]);
    if (peer !== undefined) peers.push(peer);
  }
  const answers = await inTurns(peers, { rounds: Number(rounds), count: STEPS });
  for (const peer of peers) peer.stop();
  const plain = answers.get('torch plain') ?? [];
  const cells = PEERS.map((name) => {
    const own = answers.get(name);
    if (own === undefined) return '-';
    // Ratios of the same round: what else runs on the machine slows both.
    const ratio = (key) => median(own.map((answer, i) => answer[key] / (plain[i]?.[key] ?? NaN)));
    const [ms, cpu] = ['ms', 'cpuMs'].map((key) => median(own.map((answer) => answer[key])));
    return `${ms.toFixed(0)} ms, ${ratio('ms').toFixed(2)}; processor ${cpu.toFixed(0)} ms, ${ratio('cpuMs').toFixed(2)}; ${own.at(-1).memory} MiB`;
  });
  console.log(`| ${threads} | ${cells.join(' | ')} |`);
}
