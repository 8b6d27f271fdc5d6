/**
 * @file Ours and PyTorch in turns, three times each, on one and on two threads; prints medians.
 * Usage: node benchmarks/training-step/run.mjs PYTHON (with tools/reference/requirements.txt)
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const python = process.argv[2] ?? 'python3';
const here = fileURLToPath(new URL('.', import.meta.url));
const twin = fileURLToPath(new URL('../../tools/reference/training_step.py', import.meta.url));
const STEPS = '30';
const ROUNDS = 3;

const run = (command, args, env = {}) =>
  JSON.parse(
    execFileSync(command, args, {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split('\n')
      .at(-1),
  );
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

for (const threads of ['1', '2']) {
  const [ours, torch] = [[], []];
  let length = 160;
  for (let round = 0; round < ROUNDS; round++) {
    const env = { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: '1' };
    const result = run(process.execPath, [`${here}ours.mjs`, STEPS], env);
    length = result.length;
    ours.push(result.medianMs);
    torch.push(run(python, [twin, STEPS, threads, String(length)]).medianMs);
  }
  const [a, b] = [median(ours), median(torch)];
  console.log(
    `threads ${threads}, batch 16 x ${length} tokens: OmniCT ${a.toFixed(0)} ms, PyTorch ${b.toFixed(0)} ms a step (${(b / a).toFixed(2)} of PyTorch's speed)`,
  );
}
