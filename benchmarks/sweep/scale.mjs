/**
 * @file The paper's data through the real planner and scheduler, on a clock of its own.
 *
 *   npm run bench -- sweep-scale
 *
 * 170,000 volumes and 1.7 M questions; an ablation of 4 settings x 3 seeds. Durations of single
 * volumes and training rows are assumptions, all in ASSUMED; what is computed is disk, work, wall time
 * and cost. `docs/scale.md` has the figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  JobFolders,
  planSweep,
  runPlan,
  SimulatedLauncher,
  StageCache,
} from '../../packages/pipeline/dist/index.js';

const VOLUMES = 170_000;
const ROWS = 1_700_000;
const SHARDS = 512;
const ASSUMED = {
  prepareSeconds: 2.5, // of a core, a volume
  encodeSeconds: 0.25, // of a GPU, a volume of 10 units
  trainRowSeconds: { pretrain: 0.08, finetune: 0.16 }, // of a GPU, a row; gradients on 8 GPUs
  gpusOfTraining: 8,
  predictSeconds: 3600,
  gpuHourDollars: 2.5,
  coreHourDollars: 0.04,
};
const BYTES = {
  prepared: 32 * 384 * 384 * 2, // float16
  features: 10 * 27 * 27 * 1152 * 2, // float16, SigLIP-so400m
};

const stage = (name, needs, options = {}) => ({
  name,
  version: 1,
  needs: () => Object.fromEntries(needs.map((name) => [name, true])),
  usesSeed: options.usesSeed ?? false,
  shardable: options.shardable ?? false,
  select: ({ ablation }) => (options.usesSeed ? { ablation } : {}),
  run: () => Promise.reject(new Error('nothing runs here')),
});
const stages = [
  stage('dataset', []),
  stage('prepare', ['dataset'], { shardable: true }),
  stage('encode', ['prepare'], { shardable: true }),
  stage('pretrain', ['encode'], { usesSeed: true }),
  stage('finetune', ['pretrain'], { usesSeed: true }),
  stage('predict', ['finetune'], { usesSeed: true }),
  stage('score', ['predict']),
];
const trials = [0, 1, 2, 3].flatMap((ablation) =>
  [0, 1, 2].map((seed) => ({ name: `${ablation} ${seed}`, seed, config: { ablation } })),
);

function secondsOf({ stage: name, shard, parts }) {
  if (parts !== undefined) return 60; // links
  switch (name) {
    case 'prepare':
      return (ASSUMED.prepareSeconds * VOLUMES) / (shard?.count ?? 1);
    case 'encode':
      return (ASSUMED.encodeSeconds * VOLUMES) / (shard?.count ?? 1);
    case 'pretrain':
    case 'finetune':
      return (ASSUMED.trainRowSeconds[name] * ROWS) / ASSUMED.gpusOfTraining;
    case 'predict':
      return ASSUMED.predictSeconds;
    default:
      return 60;
  }
}

const hours = (seconds) => Math.round(seconds / 360) / 10;
const terabytes = (bytes) => Math.round(bytes / 1e10) / 100;

const folder = mkdtempSync(join(tmpdir(), 'omnict-scale-'));
const cache = new StageCache(join(folder, 'cache'));
const plan = await planSweep(trials, stages, {
  cache,
  shards: { prepare: SHARDS, encode: SHARDS },
});
const rows = [];
for (const slots of [8, 32, 128]) {
  const launcher = new SimulatedLauncher({ secondsOf, maxParallel: slots });
  const results = await runPlan(plan, {
    cache,
    launcher,
    jobs: new JobFolders(join(folder, `jobs-${slots}`), {
      cacheFolder: cache.folder,
      components: [],
    }),
    resourcesOf: () => ({}),
    retries: { failed: 0, timeout: 0, preempted: 0, oom: 0 },
    signal: new AbortController().signal,
  });
  const undone = [...results.values()].filter(({ status }) => status !== 'done').length;
  rows.push({ slots, wallHours: hours(launcher.seconds), undone });
}
rmSync(folder, { recursive: true, force: true });

const work = { core: 0, gpu: 0 };
for (const task of plan.tasks) {
  const { stage: name } = task;
  if (name === 'prepare') work.core += secondsOf(task);
  else if (name === 'encode' || name === 'predict') work.gpu += secondsOf(task);
  else if (name.endsWith('train') || name === 'finetune') {
    work.gpu += secondsOf(task) * ASSUMED.gpusOfTraining;
  }
}
const unshared = trials.length * ASSUMED.encodeSeconds * VOLUMES;
console.log(
  JSON.stringify(
    {
      trials: trials.length,
      tasks: plan.tasks.length,
      diskTerabytes: {
        prepared: terabytes(BYTES.prepared * VOLUMES),
        features: terabytes(BYTES.features * VOLUMES),
      },
      coreHours: hours(work.core),
      gpuHours: hours(work.gpu),
      dollars: Math.round(
        (work.core / 3600) * ASSUMED.coreHourDollars + (work.gpu / 3600) * ASSUMED.gpuHourDollars,
      ),
      encodingSavedGpuHours: hours(unshared - ASSUMED.encodeSeconds * VOLUMES),
      simulated: rows,
    },
    null,
    2,
  ),
);
