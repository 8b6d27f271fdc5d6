import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compareFiles,
  createMetrics,
  METRIC_NAMES,
  scoreFile,
  type TokenEncoder,
} from '../src/index';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function write(rows: readonly (object | string)[]): Promise<string> {
  const path = join(folder, `${files++}.jsonl`);
  const lines = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)));
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

const OPTIONS = ['Pleural effusion', 'Lung nodule'];

describe('scoreFile', () => {
  it('scores closed and open rows, overall and in groups', async () => {
    const predictions = await write([
      { id: 1, prediction: 'B', options: OPTIONS, answer: 'Lung nodule', organ: 'lungs' },
      { id: 2, prediction: 'No idea', options: OPTIONS, answer: 'A', organ: 'lungs' },
      { id: 3, prediction: 'Yes, there is a nodule', reference: 'yes', organ: 'liver' },
      {
        id: 4,
        prediction: 'upper lobe',
        references: ['lung', 'left upper lobe'],
        taskType: 'short-answer',
        organ: 'liver',
      },
    ]);
    const report = await scoreFile({ predictions }, { metrics: ['accuracy', 'tokenF1'] });
    expect(report.scores['accuracy']).toBeCloseTo(2 / 3, 12);
    expect(report).toMatchObject({ count: 4, empty: 0, unparsed: 1 });
    expect(report.unparsedRate).toBeCloseTo(1 / 3, 12);
    expect(report.metrics['accuracy']).toMatchObject({
      count: 3,
      interval: { method: 'wilson' },
    });
    expect(report.groups['organ']?.['lungs']?.scores['accuracy']).toBe(0.5);
    expect(report.groups['organ']?.['liver']?.metrics['tokenF1']?.count).toBe(2);
  });

  it('joins references by id in any order', async () => {
    const predictions = await write([
      { id: 'a', prediction: 'x' },
      { id: 'b', prediction: 'y' },
    ]);
    const references = await write([
      { id: 'b', reference: 'y', prediction: 'not ours' },
      { id: 'a', reference: 'x' },
    ]);
    const report = await scoreFile({ predictions, references }, { metrics: ['exact-match'] });
    expect(report.scores).toEqual({ 'exact-match': 1 });
  });

  it('draws the same bootstrap for the same seed, over clusters where rows name them', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      id: i,
      prediction: i % 8 < 4 ? 'yes' : 'no',
      reference: 'yes',
      volume: `v${i % 8}`,
    }));
    const predictions = await write(rows);
    const interval = async (clusterField: string) => {
      const report = await scoreFile(
        { predictions, clusterField },
        { metrics: ['accuracy', 'bleu-1'], interval: 'bootstrap', resamples: 300 },
      );
      const { low = NaN, high = NaN } = report.metrics['accuracy']?.interval ?? {};
      expect(report.metrics['bleu-1']?.interval?.method).toBe('bootstrap');
      return high - low;
    };
    expect(await interval('volume')).toBe(await interval('volume'));
    expect(await interval('volume')).toBeGreaterThan(1.5 * (await interval('none')));
  });

  it('has AUROC of rows with probability and label', async () => {
    const rows = [0.1, 0.4, 0.35, 0.8].map((probability, id) => ({
      id,
      prediction: '',
      probability,
      label: id < 2 ? 0 : 1,
    }));
    const report = await scoreFile({ predictions: await write(rows) }, { metrics: ['auroc'] });
    expect(report.scores['auroc']).toBe(0.75);
  });

  it('has likelihood accuracy, by length too', async () => {
    const row = { id: 1, prediction: '', options: ['a', 'a longer text'], answer: 'B' };
    const predictions = await write([{ ...row, optionLogProbabilities: [-2, -13] }]);
    const metrics = ['option-likelihood', 'option-likelihood-characters'];
    expect((await scoreFile({ predictions }, { metrics })).scores).toEqual({
      'option-likelihood': 0,
      'option-likelihood-characters': 1,
    });
  });

  it('labels reports by rules, and says so', async () => {
    const predictions = await write([
      {
        id: 1,
        prediction: 'No pleural effusion. Emphysema in both lungs.',
        reference: 'Emphysema is seen; pleural effusion is not observed. Hiatal hernia.',
      },
    ]);
    const { metrics } = await scoreFile({ predictions }, { metrics: ['abnormality-f1'] });
    expect(metrics['abnormality-f1']?.variant).toContain('rules-v2');
    expect(metrics['abnormality-f1']).toMatchObject({ microPrecision: 1, microRecall: 0.5 });
  });
});

describe('unusable input', () => {
  const score = async (rows: readonly (object | string)[], references?: readonly object[]) =>
    scoreFile(
      {
        predictions: await write(rows),
        ...(references && { references: await write(references) }),
      },
      { metrics: ['accuracy', 'token-f1'] },
    );

  it.each([
    ['no id', [{ prediction: 'x', reference: 'x' }], /:1: field 'id'.*got nothing/],
    [
      'an id twice',
      [
        { id: 'a', prediction: 'x', reference: 'x' },
        { id: 'a', prediction: 'y', reference: 'x' },
      ],
      /:2: id 'a' stands twice/,
    ],
    ['no prediction', [{ id: 'a', reference: 'x' }], /field 'prediction'/],
    ['no reference', [{ id: 'a', prediction: 'x' }], /'a' has no reference/],
    ['no JSON', ['{"id": "a", '], /:1: is no JSON/],
    ['no object', ['[1]'], /:1: is no object/],
    [
      'an answer that is no option',
      [{ id: 'a', prediction: 'x', options: OPTIONS, answer: 'Emphysema' }],
      /:1: answer: is none of the options; expected A or 'Pleural effusion'/,
    ],
    [
      'references that are no texts',
      [{ id: 'a', prediction: 'x', references: [1] }],
      /a list of strings/,
    ],
  ])('%s', async (_, rows, message) => {
    await expect(score(rows)).rejects.toThrow(message);
  });

  it('references without prediction, unless they may count as empty', async () => {
    const rows = [{ id: 'a', prediction: 'yes' }];
    const references = [
      { id: 'a', reference: 'yes' },
      { id: 'b', reference: 'no' },
    ];
    await expect(score(rows, references)).rejects.toThrow(
      /1 references .* have no prediction \(b\)/,
    );
    const report = await scoreFile(
      {
        predictions: await write(rows),
        references: await write(references),
        allowMissing: true,
      },
      { metrics: ['accuracy'] },
    );
    expect(report).toMatchObject({ count: 2, empty: 1, scores: { accuracy: 0.5 } });
  });

  it('predictions without a line in the references', async () => {
    await expect(
      score([{ id: 'z', prediction: 'x' }], [{ id: 'a', reference: 'x' }]),
    ).rejects.toThrow(/prediction 'z' has no reference in/);
  });

  it('unknown metrics: the error lists the names', () => {
    expect(() => createMetrics(['bleurt'])).toThrow(
      /expected some of rouge, accuracy.*got 'bleurt'/,
    );
    expect(METRIC_NAMES.length).toBeGreaterThan(20);
  });

  it('metrics without their checkpoint are refused by name', () => {
    expect(() => createMetrics(['bertscore'])).toThrow(/--encoder/);
    expect(() => createMetrics(['embedding-similarity'])).toThrow(/--sentence-encoder/);
    expect(() => createMetrics(['open-qa'])).toThrow(/bertscore: no encoder given/);
  });
});

it('BERTScore needs any encoder, and weighs rare tokens when asked', async () => {
  const vectors: Record<string, number[]> = {
    '[': [1, 1],
    ']': [1, 1],
    x: [1, 0],
    y: [0, 1],
    z: [1, 0.1],
  };
  const ids = Object.keys(vectors);
  const encoder: TokenEncoder = {
    name: 'letters_L1',
    tokenize: (text) => [...`[${text}]`].map((letter) => ids.indexOf(letter)),
    encode: (texts) =>
      Promise.resolve(
        texts.map((text) => ({
          ids: [...`[${text}]`].map((letter) => ids.indexOf(letter)),
          states: Float32Array.from([...`[${text}]`].flatMap((letter) => vectors[letter] ?? [])),
        })),
      ),
  };
  const predictions = await write([
    { id: 1, prediction: 'xy', reference: 'xy' },
    { id: 2, prediction: 'x', reference: 'y' },
    { id: 3, prediction: '', reference: 'y' },
  ]);
  const score = (idf: boolean) =>
    scoreFile({ predictions }, { metrics: ['bertscore'], tokenEncoder: encoder, idf });
  const plain = await score(false);
  // The special tokens match at 0.707 and are what `x` and `y` are nearest to.
  expect(plain.scores['bertscore']).toBeCloseTo((1 + Math.SQRT1_2 + 0) / 3, 6);
  expect((await score(true)).metrics['bertscore']?.variant).toContain('letters_L1_idf');
});

describe('compareFiles', () => {
  it('pairs by id, tests, corrects, and lists what flipped', async () => {
    const rows = (right: (i: number) => boolean) =>
      Array.from({ length: 60 }, (_, i) => ({
        id: `q${i}`,
        prediction: right(i) ? 'yes' : 'no',
        reference: 'yes',
        organ: i % 2 === 0 ? 'lungs' : 'liver',
      }));
    const a = await write(rows((i) => i % 3 !== 0));
    const b = await write([
      ...rows((i) => i % 3 !== 0 || i < 30),
      { id: 'z', prediction: 'x', reference: 'x' },
    ]);
    const comparison = await compareFiles(
      { predictions: a },
      { predictions: b },
      { metrics: ['accuracy', 'bleu-1'], resamples: 500 },
    );
    expect(comparison).toMatchObject({ shared: 60, onlyA: 0, onlyB: 1 });
    const [accuracy, bleu] = comparison.metrics;
    expect(accuracy?.delta).toBeCloseTo(10 / 60, 12);
    expect(accuracy?.mcNemar).toEqual({ onlyFirst: 0, onlySecond: 10, pValue: 2 / 1024 });
    expect(accuracy?.flipped).toMatchObject({
      lost: [],
      gained: ['q0', 'q3', 'q6', 'q9', 'q12', 'q15', 'q18', 'q21', 'q24', 'q27'],
    });
    expect(accuracy?.low).toBeGreaterThan(0);
    expect(accuracy?.groups['organ']?.['lungs']?.count).toBe(30);
    expect(accuracy?.adjustedPValue).toBeGreaterThanOrEqual(accuracy?.pValue ?? NaN);
    expect(bleu?.mcNemar).toBeUndefined();
    expect(accuracy?.resolvable).toBeGreaterThan(0.05);
  });

  it('refuses files about other questions', async () => {
    const a = await write([{ id: 'a', prediction: 'x', reference: 'x' }]);
    const b = await write([{ id: 'b', prediction: 'x', reference: 'x' }]);
    await expect(
      compareFiles({ predictions: a }, { predictions: b }, { metrics: ['accuracy'] }),
    ).rejects.toThrow(/no id of/);
  });
});
