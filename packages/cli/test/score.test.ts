import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/run-cli';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-score-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function omnict(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const status = await runCli(args, {
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    isTerminal: false,
  });
  return { status, stdout, stderr };
}

async function write(name: string, rows: readonly object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

const ROWS = [
  { id: 'a', prediction: 'The answer is B.', options: ['cyst', 'nodule'], answer: 'nodule' },
  { id: 'b', prediction: 'a small cyst', reference: 'A small cyst.', taskType: 'short-answer' },
];

describe('omnict score', () => {
  it('prints one JSON document with figures by the names asked for', async () => {
    const predictions = await write('p.jsonl', ROWS);
    const { status, stdout } = await omnict(
      ...['score', '--predictions', predictions, '--metrics', 'accuracy,BLEU_1,rougeL,meteor'],
      '--json',
    );
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as { scores: Record<string, number> };
    expect(Object.keys(report.scores)).toEqual(['accuracy', 'BLEU_1', 'rougeL', 'meteor']);
    expect(report.scores['accuracy']).toBe(1);
    expect(report).toMatchObject({ schema: 'omnict/score@1', count: 2, unparsedRate: 0 });
  });

  it('prints a table for people, and the log of samples', async () => {
    const predictions = await write('p.jsonl', ROWS);
    const samples = join(folder, 's.jsonl');
    const { stdout } = await omnict(
      ...['score', '--predictions', predictions, '--metrics', 'accuracy', '--samples', samples],
    );
    expect(stdout).toContain('accuracy  1.0000 [');
  });

  it.each([
    [['--metrics', 'bleurt'], 2, /unknown name; expected some of rouge, accuracy/],
    [['--metrics', 'bertscore'], 1, /--encoder/],
    [['--metrics', 'accuracy', '--extraction', 'mmmu'], 2, /expected one of omnict, m3d/],
    [['--metrics', 'accuracy', '--references', 'absent.jsonl'], 1, /absent\.jsonl: no such file/],
  ])('%j ends with %d', async (args, code, message) => {
    const predictions = await write('p.jsonl', ROWS);
    const { status, stderr } = await omnict('score', '--predictions', predictions, ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(code);
  });
});

it('omnict compare pairs two files and lists what flipped', async () => {
  const a = await write('a.jsonl', [{ id: 1, prediction: 'no', reference: 'yes' }, ...ROWS]);
  const b = await write('b.jsonl', [{ id: 1, prediction: 'yes', reference: 'yes' }, ...ROWS]);
  const { status, stdout } = await omnict('compare', a, b, '--metrics', 'accuracy', '--json');
  expect(status).toBe(0);
  const { metrics } = JSON.parse(stdout) as { metrics: Record<string, unknown>[] };
  expect(metrics[0]).toMatchObject({
    a: 0.5,
    b: 1,
    count: 2,
    flipped: { gained: ['1'], lost: [] },
  });
  expect((await omnict('compare', a, b)).stdout).toContain('gained: 1');
});

it('omnict eval scores a predictions file on a task', async () => {
  const record = {
    image: 'x.nii',
    modality: 'slice',
    organ: 'liver',
    taskType: 'judgment',
    category: 'MAI',
    question: 'Is there a cyst?',
    answer: 'yes',
    source: 'test',
    split: 'test',
  };
  await write('records.jsonl', [
    { id: '1', ...record },
    { id: '2', ...record, answer: 'no' },
  ]);
  await write('answers.jsonl', [
    { id: '1', prediction: 'Yes' },
    { id: '2', prediction: 'Yes' },
  ]);
  const spec = join(folder, 'spec.yaml');
  await writeFile(
    spec,
    'schema: omnict/eval@1\nname: yes\noutput: out\ntasks: [{ task: vqa-rad, records: records.jsonl }]\nmodel: { kind: predictions, file: answers.jsonl }\ntables: [table-2]\n',
  );
  const { status, stdout, stderr } = await omnict('eval', spec);
  expect(stderr).toContain('infer: vqa-rad, normal: 2 answers');
  expect(status).toBe(0);
  expect(stdout).toContain('Close: 50.00 accuracy, n = 2');
  expect(stdout).toContain('| yes | - | - | 50.00 |');
  const [, page = ''] = /^Report: (.*report\.html)$/m.exec(stdout) ?? [];
  const html = await readFile(resolve(folder, page), 'utf8');
  expect(html).toContain('vqa-rad: Close');
  expect(html).toMatch(/<span class="figure">50\.0/);
  expect(html).toContain('"text":"Yes","correct":false');
  expect(html).toContain('Is there a cyst?');
  expect(html).not.toContain(folder);
  expect((await omnict('eval', spec, 'model.kind=mind')).status).toBe(2);
});
