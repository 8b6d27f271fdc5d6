/**
 * @file The quickstart sweep from its images on, beside a plain PyTorch script that trains and tests the same
 * five models one after another (torch_sweep.py). Making PhantomCT is counted for neither.
 * Usage: npm run bench -- sweep (some ten minutes)
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPeer } from '../peers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const threads = String(Math.min(availableParallelism(), 4));
const folder = mkdtempSync(join(tmpdir(), 'omnict-sweep-'));
try {
  const ours = omnict();
  const made = ours.cost.stages.find(({ stage }) => stage === 'dataset').seconds;
  const seconds = ours.seconds - made;
  console.log(`OmniCT: ${seconds.toFixed(0)} s (and ${made.toFixed(0)} s for making the images)`);
  for (const { name, cells } of ours.table.rows) {
    const means = cells.map(({ mean }) => (100 * mean).toFixed(1));
    console.log(
      `  ${name}: ${means.join(', ')} % (${ours.table.columns.map(({ modality, title }) => `${modality} ${title}`).join(', ')})`,
    );
  }
  const trials = torch();
  const total = Object.values(trials).reduce((sum, trial) => sum + trial.seconds, 0);
  console.log(`PyTorch: ${total.toFixed(0)} s, ${(total / seconds).toFixed(2)} times OmniCT's`);
  for (const [name, { seconds: own, closedAccuracy }] of Object.entries(trials)) {
    console.log(`  ${name}: ${own.toFixed(0)} s, closed ${(100 * closedAccuracy).toFixed(1)} %`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function omnict() {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'packages/cli/dist/main.js'),
      'run',
      join(root, 'experiments/quickstart.yaml'),
      '--store',
      folder,
      '--json',
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function torch() {
  const presets = join(folder, 'presets');
  mkdirSync(presets);
  for (const [owner, name] of [
    ['encoding', 'siglip-tiny'],
    ['llm', 'qwen2-tiny'],
  ]) {
    cpSync(join(root, 'packages', owner, 'presets', name), join(presets, name), {
      recursive: true,
    });
  }
  const dataset = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .find((path) => existsSync(join(path, 'records.jsonl')));
  const twin = fileURLToPath(new URL('./torch_sweep.py', import.meta.url));
  return runPeer('python3', [twin, dataset, presets, threads]);
}
