import { ConfigError, FormatError, type QuestionRecord } from '@omnict/core';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ScriptedAnswer,
  startScriptedServer,
  withFaults,
} from '../../chat/test/scripted-server';
import {
  curate,
  type CurationOptions,
  type Decision,
  readRecords,
  STAGE_NAMES,
} from '../src/index';
import { generatePhantomCT } from '@omnict/phantom';
import { curationModel } from './curation-model';

const folder = mkdtempSync(join(tmpdir(), 'omnict-curate-'));
const phantoms = join(folder, 'phantoms');
const RECORDS = join(phantoms, 'records.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  const none = { slices: 0, volumes: 0 };
  await generatePhantomCT({
    seed: 3,
    folder: phantoms,
    size: [24, 96, 96],
    splits: { train: { slices: 2, volumes: 1 }, validation: none, test: { slices: 8, volumes: 3 } },
  });
});

/** Every fault a server can have, in turn. */
const FAULTS: ScriptedAnswer[] = [
  { status: 500 },
  { status: 429, headers: { 'retry-after': '0.01' } },
  { stall: 'inside' },
  { cut: true },
  { raw: 'no JSON' },
  { reply: 'I would rather not.' },
];

function options(out: string, given: Partial<CurationOptions> = {}): CurationOptions {
  return {
    records: RECORDS,
    out: join(folder, out),
    select: { minimumSide: 64, maximumBlur: 0.9 },
    ...given,
  };
}

const server = (url: string, given: object = {}) => {
  const both = {
    url,
    model: 'scripted',
    timeoutMs: 400,
    concurrency: 3,
    retry: { initialDelayMs: 1, maxDelayMs: 5 },
    ...given,
  };
  return { vision: both, text: both };
};

const text = (out: string, file: string) => readFileSync(join(folder, out, file), 'utf8');
const decisions = (out: string, stage: string) =>
  text(out, `${stage}.decisions.jsonl`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Decision);
const RESULTS = ['records.jsonl', ...STAGE_NAMES.map((stage) => `${stage}.decisions.jsonl`)];
const results = (out: string) => RESULTS.map((file) => text(out, file));

async function readAll(path: string): Promise<QuestionRecord[]> {
  const records = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

describe('a curation by rules alone', () => {
  it('keeps good phantoms, refines the test split, marks its records and keeps every key', async () => {
    const report = await curate(options('rules'));
    expect(report).toMatchObject({ complete: true, calls: { answered: 0 } });
    const before = new Map((await readAll(RECORDS)).map((record) => [record.id, record]));
    const after = await readAll(report.records);
    expect(after.length).toBeGreaterThan(0.9 * before.size);
    for (const record of after) {
      const original = before.get(record.id) as QuestionRecord;
      expect(record.answer).toBe(original.answer);
      if (record.split === 'train') expect(record.question).toBe(original.question);
      expect(record.curation).toEqual({
        select: 'rules',
        verify: 'rules',
        map: 'rules',
        refine: 'rules',
      });
      // Paths lead to the same files from the new folder.
      expect(readFileSync(join(folder, 'rules', record.image)).length).toBeGreaterThan(0);
    }
    expect(report.stages[3]?.changed).toBeGreaterThan(10);
    expect(JSON.parse(text('rules', 'curation.json'))).toMatchObject({ complete: true });
  });

  it('gives the same files again', async () => {
    await curate(options('rules-again'));
    expect(results('rules-again')).toEqual(results('rules'));
  });

  it('drops what the mask contradicts: swapped masks, sides, organs that are not there', async () => {
    const all = await readAll(RECORDS);
    const volumes = all.filter(({ modality, split }) => modality === 'volume' && split === 'test');
    const visible = volumes.find(({ question }) =>
      question.startsWith('Is there a lesion in the liver'),
    );
    const base = visible ?? (volumes[0] as QuestionRecord);
    const wrong: QuestionRecord[] = [
      { ...base, id: 'other-grid', mask: all.find(({ modality }) => modality === 'slice')?.mask },
      {
        ...base,
        id: 'no-organ',
        organ: 'others',
        organLabels: [117],
        question: 'Where is the rib lesion?',
        answer: 'left',
        taskType: 'short-answer',
      },
      {
        ...base,
        id: 'is-mri',
        question: 'What modality is this image?',
        answer: 'MRI',
        taskType: 'short-answer',
      },
      { ...base, id: 'no-image', image: 'nowhere.nii.gz' },
      { ...base, id: 'yes', question: 'Is it calcified?', answer: 'yes', taskType: 'judgment' },
      { ...base, id: 'no', question: 'is it calcified', answer: 'No.', taskType: 'judgment' },
      { ...base, id: 'slice', modality: 'slice' },
    ];
    const file = join(phantoms, 'wrong.jsonl');
    writeFileSync(file, [base, ...wrong].map((record) => `${JSON.stringify(record)}\n`).join(''));
    const report = await curate(options('wrong', { records: file }));
    const reasons = new Map(
      ['select', 'verify'].flatMap((stage) =>
        decisions('wrong', stage)
          .filter(({ outcome }) => outcome === 'drop')
          .map(({ id, findings }) => [id, findings.map(({ rule }) => rule).join()] as const),
      ),
    );
    expect(Object.fromEntries(reasons)).toEqual({
      'other-grid': 'mask',
      'no-organ': 'organ-absent',
      'is-mri': 'imaging',
      'no-image': 'unreadable',
      yes: 'contradiction',
      no: 'contradiction',
      slice: 'dimension',
    });
    expect((await readAll(report.records)).map(({ id }) => id)).toEqual([base.id]);
  });
});

describe('rows that are no records', () => {
  it('are collected with file and line, the rest goes on; strict stops', async () => {
    const file = join(phantoms, 'bad.jsonl');
    const [first] = readFileSync(RECORDS, 'utf8').split('\n');
    const other = JSON.stringify({
      ...(JSON.parse(first as string) as object),
      id: 'b',
      organ: 'tail',
    });
    writeFileSync(file, `${first}\n{"id":\n${first}\n\n${other}\n`);
    const report = await curate(options('bad', { records: file }));
    expect(report.input).toMatchObject({ records: 1, problems: 3 });
    const lines = text('bad', 'problems.jsonl').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([2, 3, 5]);
    await expect(curate(options('bad', { records: file, strict: true }))).rejects.toThrow(
      FormatError,
    );
  });

  it('a file that is not there is an error', async () => {
    await expect(curate(options('none', { records: join(folder, 'none.jsonl') }))).rejects.toThrow(
      /cannot be read/,
    );
  });
});

describe('a curation with a model', () => {
  it('survives every fault of the server, and ends as with a server without faults', async () => {
    const honest = await startScriptedServer(curationModel());
    const report = await curate(options('model', server(honest.url)));
    await honest.close();
    expect(report).toMatchObject({
      complete: true,
      calls: { models: ['scripted-2026'], retries: 0 },
    });
    expect(honest.requests.some(({ images }) => images.length === 3)).toBe(true);
    const [first] = await readAll(report.records);
    expect(first?.curation).toMatchObject({ select: 'model', verify: 'model' });
    expect(decisions('model', 'select')[0]?.replies?.[0]).toMatchObject({
      prompt: 'select@1',
      model: 'scripted-2026',
      value: { is_ct: true, quality: 'good' },
    });

    const faulty = await startScriptedServer(
      withFaults(curationModel(), { faults: FAULTS, every: 4 }),
    );
    const survived = await curate(options('faulty', server(faulty.url)));
    await faulty.close();
    expect(survived.calls.retries).toBeGreaterThan(5);
    expect(survived.calls.parseFailures).toBeGreaterThan(0);
    expect(results('faulty')).toEqual(results('model'));
  });

  it('overrules lies about what is measured; no lie reaches a key or a question', async () => {
    const liar = await startScriptedServer(curationModel({ lies: 0.5 }));
    const report = await curate(options('lies', server(liar.url)));
    await liar.close();
    expect(report.complete).toBe(true);
    const [select, , , refine] = report.stages;
    // "No CT" about Hounsfield units, half of the time: overruled, each time.
    expect(select?.dropped).toBe(0);
    expect(select?.disputed).toBeGreaterThan(3);
    expect(refine?.disputed).toBeGreaterThan(3);
    const before = new Map((await readAll(RECORDS)).map((record) => [record.id, record]));
    for (const record of await readAll(report.records)) {
      expect(record.answer).toBe(before.get(record.id)?.answer);
      expect(record.question).not.toMatch(/^Is there no/);
      if (record.taskType === 'multi-choice') {
        expect(record.options?.filter((option) => option === record.answer)).toHaveLength(1);
      }
    }
    const verify = decisions('lies', 'verify').filter(({ disputed }) => disputed === true);
    expect(verify.length).toBeGreaterThan(0);
    expect(verify.every(({ outcome }) => outcome === 'keep')).toBe(true);
  });

  it('a reply that never fits leaves the record to the rules, and says so', async () => {
    const mute = await startScriptedServer(() => ({ reply: 'no' }));
    const report = await curate(options('mute', { ...server(mute.url), stages: ['select'] }));
    await mute.close();
    expect(report).toMatchObject({ complete: true, stages: [{ byModel: 0, dropped: 0 }] });
    expect(decisions('mute', 'select')[0]).toMatchObject({ by: 'rules', replies: [{ model: '' }] });
  });

  it('stops at its budget, loses and doubles nothing, and goes on', async () => {
    const honest = await startScriptedServer(curationModel());
    const part = server(honest.url, { budget: { requests: 7 } });
    for (let run = 0; run < 3; run++) {
      const sent = honest.requests.length;
      const report = await curate(options('budget', part));
      expect(report).toMatchObject({ complete: false, stopped: { reason: 'budget' } });
      expect(honest.requests.length - sent).toBeLessThanOrEqual(7);
      expect(honest.requests.length - sent).toBeGreaterThan(0);
    }
    const report = await curate(options('budget', server(honest.url)));
    await honest.close();
    expect(report.complete).toBe(true);
    expect(results('budget')).toEqual(results('model'));
    // Not one question was asked twice.
    const asked = honest.requests.map(({ body }) => JSON.stringify(body));
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('a lost server stops it, a torn line and a killed owner do not hold it up', async () => {
    const lost = options('lost', server('http://127.0.0.1:9/v1', { retry: { maxAttempts: 1 } }));
    expect(await curate(lost)).toMatchObject({ complete: false, stopped: { reason: 'server' } });
    appendFileSync(join(folder, 'lost', 'select.decisions.jsonl'), '{"id":"train-sl');
    writeFileSync(join(folder, 'lost', '.lock'), '999999999');
    const honest = await startScriptedServer(curationModel());
    const report = await curate(options('lost', server(honest.url)));
    await honest.close();
    expect(report.complete).toBe(true);
    expect(results('lost')).toEqual(results('model'));
  });

  it('refuses to go on with other settings, or beside another process', async () => {
    await expect(curate(options('rules', { seed: 1 }))).rejects.toThrow(
      /other settings of 'refine'/,
    );
    writeFileSync(join(folder, 'rules', '.lock'), String(process.ppid));
    await expect(curate(options('rules'))).rejects.toThrow(ConfigError);
    rmSync(join(folder, 'rules', '.lock'));
  });

  it('is interrupted by a signal', async () => {
    const stop = new AbortController();
    const report = await curate(
      options('interrupted', {
        signal: stop.signal,
        onProgress: ({ stage, done }) => {
          if (stage === 'verify' && done === 5) stop.abort(new Error('stop'));
        },
      }),
    );
    expect(report).toMatchObject({ complete: false, stopped: { reason: 'interrupted' } });
    expect(decisions('interrupted', 'verify')).toHaveLength(5);
    await curate(options('interrupted'));
    expect(results('interrupted')).toEqual(results('rules'));
  });
});
