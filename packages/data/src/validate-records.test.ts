import { FormatError } from '@omnict/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DigestSet } from './digest-set';
import { validateRecords } from './validate-records';

const folder = mkdtempSync(join(tmpdir(), 'omnict-validate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RECORD = {
  id: 'a',
  image: 'a.png',
  modality: 'slice',
  organ: 'liver',
  taskType: 'judgment',
  category: 'MAI',
  question: 'Is there a mass?',
  answer: 'no',
  source: 'test',
  split: 'test',
};

describe('validateRecords', () => {
  const path = join(folder, 'records.jsonl');
  writeFileSync(join(folder, 'a.png'), '');
  const lines = [
    RECORD,
    { ...RECORD, id: 'b', image: 'gone.png' },
    { ...RECORD, id: 'a' },
    { ...RECORD, id: 'c', organ: 'brain' },
    { ...RECORD, id: 'd', taskType: 'multi-choice', options: ['x', 'y'] },
  ].map((record) => JSON.stringify(record));
  writeFileSync(path, [...lines, '{"id":', '', ''].join('\n'));

  it('collects every problem with its line and goes on', async () => {
    const report = await validateRecords(path);
    expect(report).toMatchObject({ valid: 1, problems: 5 });
    expect(report.first.map(({ line, kind }) => [line, kind])).toEqual([
      [2, 'missing-image'],
      [3, 'duplicate-id'],
      [4, 'invalid-record'],
      [5, 'answer-not-an-option'],
      [6, 'syntax'],
    ]);
    expect(report.first[2]?.message).toMatch(/organ/);
  });

  it('does without the images, keeps as many as asked, stops when strict', async () => {
    expect(await validateRecords(path, { images: false })).toMatchObject({ valid: 2, problems: 4 });
    expect((await validateRecords(path, { keep: 2 })).first).toHaveLength(2);
    await expect(validateRecords(path, { strict: true })).rejects.toThrow(FormatError);
    await expect(validateRecords(path, { strict: true })).rejects.toThrow(/jsonl:2: gone\.png/);
  });
});

describe('DigestSet', () => {
  it('knows what it was given, also after growing', () => {
    const set = new DigestSet();
    for (let i = 0; i < 5000; i++) expect(set.add(`id-${i}`)).toBe(true);
    for (let i = 0; i < 5000; i++) expect(set.add(`id-${i}`)).toBe(false);
    expect(set.size).toBe(5000);
  });
});
