/** @file Metric points a second to an MLflow server: `npm run bench -- tracking [POINTS]` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  MlflowClient,
  RunJournal,
  startMlflowServer,
  syncJournal,
} from '../../packages/tracking/dist/index.js';
import { median, runPeer } from '../peers.mjs';

const points = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 4;
const KEYS = 5;
const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'omnict-tracking-'));
const server = await startMlflowServer({ folder: join(folder, 'server') });
const client = new MlflowClient({ uri: server.uri });
try {
  const perRound = Math.ceil(points / ROUNDS);
  /** @type {Record<string, number[]>} */
  const rates = { ours: [], 'python log_batch': [], 'python log_metric': [] };
  for (let round = 0; round < ROUNDS; round++) {
    rates['ours'].push(await ours(round, perRound));
    rates['python log_batch'].push(python('batch', perRound));
    rates['python log_metric'].push(python('single', Math.ceil(perRound / 100)));
  }
  console.log(`${points} points in ${ROUNDS} rounds, ${KEYS} metrics a step; points a second`);
  for (const [name, values] of Object.entries(rates)) {
    console.log(
      `  ${name.padEnd(18)} ${median(values).toFixed(0)}  (${values.map((v) => v.toFixed(0)).join(', ')})`,
    );
  }
  console.log(`journal alone: ${(logging() * 1e6).toFixed(1)} us a step of ${KEYS} metrics`);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true });
}

/** @param {number} round @param {number} count */
async function ours(round, count) {
  const path = join(folder, `run-${round}`);
  const journal = RunJournal.open(path, {
    experiment: 'ours',
    runKey: String(round),
    name: 'ours',
  });
  const started = performance.now();
  for (let step = 0; step < count / KEYS; step++) log(journal, step);
  const { runId } = await syncJournal(path, client);
  const seconds = (performance.now() - started) / 1000;
  const run = await client.runs.get(runId);
  const held = (await client.runs.metricHistory(runId, 'metric0')).length;
  if (held !== Math.ceil(count / KEYS)) throw new Error(`the server holds ${held} points`);
  if (run.metrics.metric0 === undefined) throw new Error('the server holds no metric');
  return count / seconds;
}

/** @param {RunJournal} journal @param {number} step */
function log(journal, step) {
  const timestamp = 1_000_000 + step;
  journal.logMetrics(
    Array.from({ length: KEYS }, (_, i) => ({
      key: `metric${i}`,
      value: Math.sin(step + i),
      step,
      timestamp,
    })),
  );
}

/** Seconds that logging adds to a step. */
function logging() {
  const journal = RunJournal.open(join(folder, 'log'), { experiment: 'e', runKey: 'l', name: 'l' });
  const started = performance.now();
  for (let step = 0; step < 20_000; step++) log(journal, step);
  return (performance.now() - started) / 1000 / 20_000;
}

/** @param {'batch' | 'single'} way @param {number} count */
function python(way, count) {
  return runPeer('python3', [join(here, 'python_client.py'), server.uri, way, String(count)]);
}
