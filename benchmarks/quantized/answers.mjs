/**
 * @file Answers of the trained tiny model in int8 and int4 beside float32: how many are the same, how many are right,
 * and processor time an answer. Images are PhantomCT's, of a seed that the model was not trained on.
 * Usage: npm run bench -- quantized-answers [VOLUMES [SLICES]]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOmniCT } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { generatePhantomCT } from '@omnict/phantom';

const [volumes, slices] = [Number(process.argv[2] ?? 30), Number(process.argv[3] ?? 60)];
const PRECISIONS = ['f32', 'int8', 'int4'];
const OPEN = new Set(['description', 'report', 'short-answer']);

const folder = mkdtempSync(join(tmpdir(), 'omnict-quantized-'));
try {
  await selectEngine();
  const none = { slices: 0, volumes: 0 };
  await generatePhantomCT({
    seed: 20261129,
    folder,
    size: [32, 128, 128],
    splits: { train: none, validation: none, test: { slices, volumes } },
  });
  const records = readFileSync(join(folder, 'records.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const omnict = await openOmniCT('omnict-tiny');
  const samples = [];
  for (const record of records) {
    const { id, image, mask, modality, question, options, organ, organLabels } = record;
    const { sample } = await omnict.sample({
      ...{ id, modality, question, options, organ, organLabels },
      image: join(folder, image),
      mask: join(folder, mask),
    });
    samples.push(sample);
  }
  const found = {};
  for (const precision of PRECISIONS) {
    const answer = () =>
      omnict.answerSamples(samples, { batchSize: 32, maxNewTokens: 24, precision });
    await answer(); // records graphs, rounds weights
    const before = process.cpuUsage();
    const answers = await answer();
    const { user, system } = process.cpuUsage(before);
    found[precision] = { answers, ms: (user + system) / 1000 / answers.length };
  }
  omnict.dispose();
  const closed = [...records.keys()].filter((index) => !OPEN.has(records[index].taskType));
  const share = (indices, test) =>
    `${((100 * indices.filter(test).length) / indices.length).toFixed(1)} %`;
  console.log(
    `${records.length} questions, ${closed.length} of them closed, about ${slices} slices and ${volumes} volumes`,
  );
  console.log(
    '| precision | closed answers as in f32 | all answers as in f32 | closed answers right | processor, ms an answer |',
  );
  console.log('| --- | --: | --: | --: | --: |');
  for (const precision of PRECISIONS) {
    const { answers, ms } = found[precision];
    const same = (index) => answers[index] === found.f32.answers[index];
    const right = (index) => isRight(answers[index], records[index]);
    const all = [...records.keys()];
    console.log(
      `| ${precision} | ${share(closed, same)} | ${share(all, same)} | ${share(closed, right)} | ${ms.toFixed(1)} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(0);

/** Whether a closed answer begins as the right one does, a choice by its letter or text. */
function isRight(answer, { answer: right, options }) {
  const text = answer.toLowerCase();
  if (options === undefined) return text.startsWith(right);
  const letter = 'abcdefgh'[options.indexOf(right)];
  return text.startsWith(`${letter}.`) || text === right.toLowerCase();
}
