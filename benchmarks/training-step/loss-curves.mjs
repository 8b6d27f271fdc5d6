/**
 * @file Loss curves of a sweep's fine-tuning, averaged over seeds: mean and standard deviation at ten places.
 * Usage: npm run bench -- loss-curves RUN_FOLDER (as `omnict run` prints it)
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '../../packages/tracking/dist/index.js';

const root = join(process.argv[2], 'tracking');
const PLACES = 10;

/** Losses of each row of the sweep, one list a seed. @type {Map<string, number[][]>} */
const rows = new Map();
let steps = [];
for (const folder of readdirSync(root).sort()) {
  const events = readJournal(join(root, folder));
  const name = events.find(({ type }) => type === 'run')?.name ?? folder;
  const losses = events
    .filter(({ type }) => type === 'metrics')
    .flatMap(({ metrics }) => metrics)
    .filter(({ key }) => key === 'finetune/loss')
    .sort((a, b) => a.step - b.step);
  if (losses.length === 0) continue;
  steps = losses.map(({ step }) => step);
  const row = name.replace(/ seed=\d+$/, '');
  rows.set(row, [...(rows.get(row) ?? []), losses.map(({ value }) => Number(value))]);
}
const places = Array.from({ length: PLACES }, (_, i) =>
  Math.round(((i + 1) / PLACES) * (steps.length - 1)),
);
console.log(`| step | ${[...rows.keys()].join(' | ')} |`);
console.log(`| --: |${' --: |'.repeat(rows.size)}`);
for (const place of places) {
  const cells = [...rows.values()].map((seeds) => {
    const values = seeds.map((losses) => losses[place]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
    );
    return `${mean.toFixed(3)} ± ${spread.toFixed(3)}`;
  });
  console.log(`| ${steps[place]} | ${cells.join(' | ')} |`);
}
