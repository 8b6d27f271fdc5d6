/**
 * @file What sharing stages saves, and what the runner itself costs.
 *
 *   npm run bench -- sweep-sharing [--real] [--rounds 3]
 *
 * Twelve trials that share preparation, encoding and pretraining (a matrix of fine-tuning settings):
 * as one sweep, and one by one, each with an empty cache. Stages are steps that wait, so that other
 * work on the machine hardly matters; with --real they are OmniCT's own on a tiny PhantomCT, which
 * takes half an hour on two cores. Prints medians over interleaved rounds as JSON.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { median } from '../peers.mjs';

const { values } = parseArgs({
  options: { real: { type: 'boolean' }, rounds: { type: 'string', default: '3' } },
});
const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const BASE = fileURLToPath(new URL('../../experiments/base/omnict-tiny.yaml', import.meta.url));
const STAGES = fileURLToPath(new URL('./waiting-stages.mjs', import.meta.url));
const RATES = Array.from({ length: 12 }, (_, index) => (index + 1) * 1e-4);

const folder = mkdtempSync(join(tmpdir(), 'omnict-benchmark-'));
const spec = join(folder, 'sweep.yaml');
writeFileSync(
  spec,
  `schema: omnict/sweep@1
name: shared
extends: [${JSON.stringify(BASE)}]
config:
  data:
    phantom: { train: { slices: 8, volumes: 4 }, test: { slices: 6, volumes: 2 } }
  train: { pretrain: { batchSize: 4 }, finetune: { batchSize: 4, epochs: 1 } }
  predict: { maxNewTokens: 8 }
sweep:
  matrix: { train.finetune.learningRate: [${RATES.join(', ')}] }
`,
);

const components = values.real ? [] : ['--components', STAGES];

/** Runs the command; returns seconds and its report. */
function omnict(...args) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, '--json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(stderr);
  return { seconds: (performance.now() - started) / 1000, report: JSON.parse(stdout) };
}

const run = (store, ...overrides) =>
  omnict('run', spec, ...overrides, ...components, '--store', store);
const executions = ({ cost }) => cost.stages.reduce((sum, { ran }) => sum + ran, 0);

const rounds = { sweep: [], oneByOne: [], warm: [], overhead: [] };
let counts = {};
for (let round = 0; round < Number(values.rounds); round++) {
  const store = `sweep-${round}`;
  const sweep = run(store);
  const warm = run(store);
  const singles = RATES.map((rate, index) =>
    run(`one-${round}-${index}`, `sweep.matrix.train.finetune.learningRate=[${rate}]`),
  );
  const distinct = omnict('plan', spec, ...components, '--store', 'none').report.tasks.length;
  counts = {
    distinctTasks: distinct,
    sweepExecutions: executions(sweep.report),
    oneByOneExecutions: singles.reduce((sum, { report }) => sum + executions(report), 0),
    warmExecutions: executions(warm.report),
  };
  rounds.sweep.push(sweep.seconds);
  rounds.warm.push(warm.seconds);
  rounds.oneByOne.push(singles.reduce((sum, { seconds }) => sum + seconds, 0));
  // One task at a time: what is not the stages' own time is the runner's.
  const serial = run(`serial-${round}`, 'policy.maxParallel=1');
  const own = serial.report.cost.stages.reduce((sum, stage) => sum + stage.seconds, 0);
  rounds.overhead.push((1000 * (serial.report.seconds - own)) / distinct);
}

// 10,000 trials of built-in stages, planned from nothing; Node's start and imports are in it.
const axis = (name) =>
  `${name}: [${Array.from({ length: 100 }, (_, i) => (i + 1) ** 2).join(', ')}]`;
const wide = `sweep.matrix={${axis('model.ose.tokens2d')}, ${axis('model.ose.tokens3d')}}`;
const planned = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('./plan.mjs', import.meta.url)), spec, wide, 'sweep.maxTrials=10000'],
  { cwd: folder, encoding: 'utf8' },
);
if (planned.status !== 0) throw new Error(planned.stderr);

rmSync(folder, { recursive: true, force: true });
const wall = { sweep: median(rounds.sweep), oneByOne: median(rounds.oneByOne) };
console.log(
  JSON.stringify(
    {
      stages: values.real ? 'real' : 'waiting',
      wallSeconds: wall,
      ratio: wall.oneByOne / wall.sweep,
      warmSeconds: median(rounds.warm),
      overheadMsPerStage: median(rounds.overhead),
      ...counts,
      planning: JSON.parse(planned.stdout),
    },
    null,
    2,
  ),
);
