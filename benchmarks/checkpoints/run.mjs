/**
 * @file Encoding, prefill, decoding and loading at real sizes, ours and transformers in turns, each task
 * in a process of its own; prints medians and peak memory. Usage: npm run bench -- checkpoints [ROUNDS [FOLDER]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { median, runPeer } from '../peers.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const rounds = Number(process.argv[2] ?? 3);
const kept = process.argv[3];
const only = process.env.TASKS?.split(' ');
const threads = String(Math.min(availableParallelism(), 4));

/** What is timed, how often in one process, and the goal: ours at least this many times as fast. */
const ALL = [
  { task: 'encode', title: 'SigLIP-so400m, one image', repeats: 3, goal: 1 },
  { task: 'encode-bf16', title: 'the same in bfloat16, both', repeats: 3, goal: 1 },
  { task: 'prefill', title: 'Qwen2.5-0.5B, prefill of 512', repeats: 3, goal: 1 },
  { task: 'decode', title: 'Qwen2.5-0.5B, 64 greedy tokens', repeats: 2, goal: 1.5 },
  { task: 'decode-bf16', title: 'the same in bfloat16, both', repeats: 2, goal: 1 },
  {
    ...{ task: 'decode-int8', twin: 'decode', repeats: 2, goal: 3.5 },
    title: 'the same in int8, PyTorch in float32',
  },
  {
    ...{ task: 'decode-int4', twin: 'decode', repeats: 2, goal: 5 },
    title: 'the same in int4, PyTorch in float32',
  },
  { task: 'decode-8', title: '64 greedy tokens for 8 prompts', repeats: 2, goal: 1.5 },
  { task: 'decode-8-bf16', title: 'the same in bfloat16, both', repeats: 2, goal: 1 },
  { task: 'load', title: 'loading 1 GB, to the first token', repeats: 1, goal: 1 },
  {
    ...{ task: 'load-int4', twin: 'load', repeats: 1, goal: 1 },
    title: 'loading the same in int4, PyTorch in float32',
  },
];
const TASKS = ALL.filter(({ task }) => only?.includes(task) ?? true);

const folder = kept ?? mkdtempSync(join(tmpdir(), 'omnict-benchmark-'));
const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: '1' };
const result = (command, args) => runPeer(command, args, env);

try {
  result('python3', [here('make.py'), folder]);
  const found = new Map(TASKS.map(({ task }) => [task, { ours: [], torch: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const { task, twin = task, repeats } of TASKS) {
      const { ours, torch } = found.get(task);
      ours.push(result(process.execPath, [here('ours.mjs'), task, folder, String(repeats)]));
      torch.push(result('python3', [here('twin.py'), twin, folder, String(repeats), threads]));
    }
  }
  console.log(
    `${threads} threads, ${rounds} rounds; medians; speed and memory as shares of PyTorch's`,
  );
  console.log(
    '| task | OmniCT | PyTorch | speed | by processor time | goal | OmniCT peak | PyTorch peak | memory |',
  );
  console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: |');
  for (const { task, title, goal } of TASKS) {
    const { ours, torch } = found.get(task);
    const time = (list) => median(list.map(({ medianMs }) => medianMs));
    const cpu = (list) => median(list.map(({ cpuMs }) => cpuMs));
    const peak = (list) => median(list.map(({ peakMB }) => peakMB));
    const cells = [
      title,
      ...[ours, torch].map((list) => `${(time(list) / 1000).toFixed(2)} s`),
      (time(torch) / time(ours)).toFixed(2),
      (cpu(torch) / cpu(ours)).toFixed(2),
      String(goal),
      ...[ours, torch].map((list) => `${peak(list).toFixed(0)} MB`),
      (peak(ours) / peak(torch)).toFixed(2),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const [one, eight] = ['decode', 'decode-8'].map((task) => found.get(task));
  if (one !== undefined && eight !== undefined) {
    const gain = (by) =>
      8 * (median(one[by].map((t) => t.medianMs)) / median(eight[by].map((t) => t.medianMs)));
    console.log(
      `8 prompts at once make ${gain('ours').toFixed(1)} times the tokens a second of one (goal 4), PyTorch ${gain('torch').toFixed(1)} times`,
    );
  }
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true });
}
