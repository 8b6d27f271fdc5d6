import { loadOnnxRuntime, selectEngine } from '@omnict/nn';
import { type ModelSample, openOmniCT } from '@omnict/model';
import { generatePhantomCT } from '@omnict/phantom';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'omnict-quantized-answers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `npm run bench -- quantized-answers` asks ten times as many: 99 % and 98 % of closed answers are the same. */
const LEAST_SAME = 0.95;

const isMissing = await loadOnnxRuntime().then(
  () => false,
  () => true,
);

it.skipIf(isMissing)(
  'the trained tiny model answers in int8 and int4 as it does in float32',
  async () => {
    await selectEngine();
    const none = { slices: 0, volumes: 0 };
    const splits = { train: none, validation: none, test: { slices: 8, volumes: 4 } };
    await generatePhantomCT({ seed: 7, folder, size: [32, 108, 108], splits });
    const records = readFileSync(join(folder, 'records.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter(({ taskType }) => taskType === 'judgment' || taskType === 'multi-choice');
    const omnict = await openOmniCT('omnict-tiny');
    const samples: ModelSample[] = [];
    for (const { image, mask, ...record } of records) {
      const request = { ...record, question: record['question'] as string };
      const files = { image: join(folder, image as string), mask: join(folder, mask as string) };
      samples.push((await omnict.sample({ ...request, ...files })).sample);
    }
    const answers = (precision: 'f32' | 'int8' | 'int4') =>
      omnict.answerSamples(samples, { batchSize: 16, maxNewTokens: 12, precision });
    const plain = await answers('f32');
    expect(plain.length).toBeGreaterThan(25);
    expect(new Set(plain).size).toBeGreaterThan(3);
    for (const precision of ['int8', 'int4'] as const) {
      const found = await answers(precision);
      const same = found.filter((text, index) => text === plain[index]).length;
      expect(same / plain.length).toBeGreaterThanOrEqual(LEAST_SAME);
    }
    omnict.dispose();
  },
);
