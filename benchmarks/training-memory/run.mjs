/**
 * @file Peak memory of training workers by the number of records: `omnict run` on records files that ask
 * again and again about the same few phantoms. Equally many steps each time; what grows is what a worker
 * keeps of its data set.
 *
 *   npm run bench -- training-memory [RECORDS ...]
 */
import { execFileSync } from 'node:child_process';
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { generatePhantomCT } from '../../packages/phantom/dist/index.js';

const counts = process.argv.slice(2).map(Number);
if (counts.length === 0) counts.push(1_000, 10_000, 100_000);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BATCH = 16;
const STEPS = 10;
const TEST_RECORDS = 8;

const folder = mkdtempSync(join(tmpdir(), 'omnict-memory-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const records = await generatePhantomCT({
  folder,
  seed: 1,
  splits: {
    train: { slices: 24, volumes: 16 },
    validation: { slices: 0, volumes: 0 },
    test: { slices: 2, volumes: 2 },
  },
  questionsPerVolume: 10,
  questionsPerSlice: 5,
});

console.log('| records | stage | peak memory, MiB | processor time, s |');
console.log('| --- | --- | --- | --- |');
for (const count of counts) {
  const work = join(folder, String(count));
  const spec = join(folder, `${count}.yaml`);
  const dataset = join(folder, `records-${count}.jsonl`);
  await writeRecords(dataset, count);
  const stage = `{ learningRate: 1.0e-4, batchSize: ${BATCH}, epochs: ${(STEPS * BATCH) / count} }`;
  writeFileSync(
    spec,
    `schema: omnict/sweep@1
name: memory
extends: [${JSON.stringify(join(ROOT, 'experiments/base/omnict-tiny.yaml'))}]
config:
  data: { dataset: ${JSON.stringify(dataset)} }
  train: { pretrain: ${stage}, finetune: ${stage} }
`,
  );
  execFileSync(
    process.execPath,
    [join(ROOT, 'packages/cli/dist/main.js'), 'run', spec, '--store', work],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      maxBuffer: 2 ** 28,
    },
  );
  for (const { stage: name, memoryBytes, processorSeconds } of manifests(work)) {
    if (name !== 'pretrain' && name !== 'finetune') continue;
    const mebibytes = Math.round(memoryBytes / 2 ** 20);
    console.log(`| ${count} | ${name} | ${mebibytes} | ${processorSeconds.toFixed(1)} |`);
  }
  rmSync(work, { recursive: true, force: true });
  rmSync(dataset);
}

/** Records of the phantoms, over and over, each with an id and words of its own. */
async function writeRecords(path, count) {
  const train = records.filter(({ split }) => split === 'train');
  const test = records.filter(({ split }) => split === 'test').slice(0, TEST_RECORDS);
  const stream = createWriteStream(path);
  const write = async (record) => {
    if (!stream.write(`${JSON.stringify(record)}\n`)) await once(stream, 'drain');
  };
  for (let index = 0; index < count; index++) {
    const record = train[index % train.length];
    await write({ ...record, id: `q${index}`, question: `${record.question} (${index})` });
  }
  for (const record of test) await write(record);
  stream.end();
  await once(stream, 'finish');
}

function manifests(cache) {
  return readdirSync(cache, { recursive: true })
    .filter((path) => path.endsWith('manifest.json'))
    .map((path) => JSON.parse(readFileSync(join(cache, path), 'utf8')))
    .sort((a, b) => (a.stage < b.stage ? 1 : -1));
}
