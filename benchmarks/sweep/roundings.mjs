/**
 * @file The full model of the quickstart, trained and tested from its images on under several roundings of matrix
 * products: oneDNN with the best and with older vector instructions, and without oneDNN. Other processors choose
 * among these by themselves; how far the figures move is how far two machines may differ.
 * Usage: npm run bench -- roundings [SEEDS] (some four minutes a rounding and seed)
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDINGS = {
  'oneDNN, best instructions': {},
  'oneDNN, AVX': { ONEDNN_MAX_CPU_ISA: 'AVX' },
  'oneDNN, SSE4.1': { ONEDNN_MAX_CPU_ISA: 'SSE41' },
  'no oneDNN': { TF_ENABLE_ONEDNN_OPTS: '0' },
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const [seeds = '1'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'omnict-roundings-'));
try {
  const spec = join(folder, 'roundings.yaml');
  writeFileSync(
    spec,
    [
      'schema: omnict/sweep@1',
      'name: roundings',
      `extends: ['${join(root, 'experiments/base/omnict-tiny.yaml')}']`,
      `sweep: { seeds: [${Array.from({ length: Number(seeds) }, (_, seed) => seed).join(', ')}] }`,
    ].join('\n'),
  );
  const figures = Object.entries(ROUNDINGS).map(([name, env], index) => {
    const [slices, volumes] = closedAccuracies(spec, { store: join(folder, `${index}`), env });
    console.log(`${name.padEnd(28)} slices ${percent(slices)}  volumes ${percent(volumes)}`);
    return [slices, volumes];
  });
  const spread = [0, 1].map((modality) => {
    const values = figures.map((pair) => pair[modality]);
    return Math.max(...values) - Math.min(...values);
  });
  console.log(
    `${'largest difference, points'.padEnd(28)} slices ${percent(spread[0])}  volumes ${percent(spread[1])}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** Each store is its own: cached results know nothing of roundings. */
function closedAccuracies(spec, { store, env }) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'packages/cli/dist/main.js'), 'run', spec, '--store', store, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, ...env } },
  );
  if (status !== 0) throw new Error(stderr);
  const { table } = JSON.parse(stdout);
  return ['slice', 'volume'].map((modality) => {
    const column = table.columns.findIndex(
      (one) => one.modality === modality && one.metric === 'accuracy',
    );
    return table.rows[0].cells[column].mean;
  });
}

function percent(share) {
  return (100 * share).toFixed(1).padStart(5);
}
