/** @file Speed of PhantomCT 2: `npm run bench -- phantom [ROUNDS]`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../peers.mjs';

const { generatePhantomCT, generatePhantomCT2 } =
  await import('../../packages/phantom/dist/index.js');

const rounds = Number(process.argv[2] ?? 5);
const NONE = { slices: 0, volumes: 0 };
const CASES = [
  { name: 'PhantomCT 1, 32 x 128 x 128', version: 1, size: [32, 128, 128], volumes: 4 },
  { name: 'PhantomCT 2, 32 x 128 x 128', version: 2, size: [32, 128, 128], volumes: 4 },
  { name: 'PhantomCT 2, 64 x 256 x 256', version: 2, size: [64, 256, 256], volumes: 1 },
];

/** Seconds of processor and of the clock for one volume. */
async function measure({ version, size, volumes }, seed) {
  const folder = await mkdtemp(join(tmpdir(), 'omnict-bench-'));
  const train = { slices: 0, volumes };
  const used = process.cpuUsage();
  const started = performance.now();
  if (version === 1) {
    await generatePhantomCT({
      seed,
      folder,
      size,
      splits: { train, validation: NONE, test: NONE },
    });
  } else {
    const config = { seed, size, train, test: NONE, followUps: 0 };
    await generatePhantomCT2({ folder, config, workers: 1 });
  }
  const wall = (performance.now() - started) / 1000 / volumes;
  const { user, system } = process.cpuUsage(used);
  await rm(folder, { recursive: true });
  return { cpu: (user + system) / 1e6 / volumes, wall };
}

const results = CASES.map(() => []);
for (let round = 0; round <= rounds; round++) {
  for (const [index, one] of CASES.entries()) {
    const result = await measure(one, 100 + round);
    if (round > 0) results[index].push(result); // the first round warms up
  }
}
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
console.log(`medians of ${rounds} rounds in turns`);
for (const [index, { name }] of CASES.entries()) {
  const cpu = median(results[index].map((one) => one.cpu));
  const wall = median(results[index].map((one) => one.wall));
  console.log(
    `${name}: ${(1 / cpu).toFixed(2)} volumes per second of a core (${cpu.toFixed(2)} s each); ${(1 / wall).toFixed(2)} per second of the clock`,
  );
}
