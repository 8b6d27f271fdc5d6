import {
  formatAnswer,
  formatDialogue,
  FormatError,
  formatQuestion,
  MissingDataError,
  type QuestionRecord,
} from '@omnict/core';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromMessageRow, toMessageRow } from './message-rows';
import { readRecords, writeRecords } from './records-file';

const folder = mkdtempSync(join(tmpdir(), 'omnict-records-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RECORD: QuestionRecord = {
  id: 'q1',
  image: 'ct.nii.gz',
  modality: 'volume',
  organ: 'liver',
  taskType: 'multi-choice',
  category: 'MAI',
  question: 'What is seen?',
  options: ['cyst', 'tumour'],
  answer: 'tumour',
  source: 'test',
  split: 'test',
};

async function all(path: string): Promise<QuestionRecord[]> {
  const records: QuestionRecord[] = [];
  for await (const record of readRecords(path)) records.push(record);
  return records;
}

const file = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(folder, name), lines.join('\n'));
  return join(folder, name);
};

describe('records files', () => {
  it('come back as written', async () => {
    const path = join(folder, 'a.jsonl');
    expect(await writeRecords(path, [RECORD, { ...RECORD, id: 'q2' }])).toBe(2);
    expect(await all(path)).toEqual([RECORD, { ...RECORD, id: 'q2' }]);
  });

  it('leave nothing behind when the source of records fails', async () => {
    const path = join(folder, 'half.jsonl');
    function* broken(): Generator<QuestionRecord> {
      yield RECORD;
      throw new Error('source failed');
    }
    await expect(writeRecords(path, broken())).rejects.toThrow('source failed');
    expect(readdirSync(folder).filter((name) => name.startsWith('half'))).toEqual([]);
  });

  it.each([
    ['no JSON', '{"id": ', /b\.jsonl:2: is not JSON/],
    [
      'an unknown organ',
      JSON.stringify({ ...RECORD, id: 'x', organ: 'brain' }),
      /b\.jsonl:2:.*organ/,
    ],
    [
      'a missing answer',
      JSON.stringify({ ...RECORD, id: 'x', answer: undefined }),
      /b\.jsonl:2:.*answer/,
    ],
    ['an id used twice', JSON.stringify(RECORD), /b\.jsonl:2: id 'q1' occurs twice/],
  ])('name file and line of %s', async (_, line, message) => {
    const path = file('b.jsonl', [JSON.stringify(RECORD), line]);
    await expect(all(path)).rejects.toThrow(message);
    await expect(all(path)).rejects.toThrow(FormatError);
  });

  it('must be there', async () => {
    await expect(all(join(folder, 'none.jsonl'))).rejects.toThrow(MissingDataError);
  });
});

describe('question text', () => {
  it("writes options in M3D's form and the answer with its letter", () => {
    expect(formatQuestion(RECORD)).toBe('What is seen? Choices: A. cyst B. tumour');
    expect(formatAnswer(RECORD)).toBe('B. tumour');
    expect(formatAnswer({ answer: 'yes' })).toBe('yes');
  });

  it('turns a record into a released row and back', () => {
    const row = toMessageRow(RECORD);
    expect(row.messages[0]?.content).toContain('<|image3d_start|><|image3d|><|image3d_end|>');
    const back = fromMessageRow(row, { ...RECORD });
    expect(back).toMatchObject({ modality: 'volume', answer: 'B. tumour' });
    expect(back.question).toBe(formatQuestion(RECORD));
    const history = [{ question: 'Which organ?', answer: 'the liver' }];
    const dialogue: QuestionRecord = { ...RECORD, taskType: 'dialogue', history };
    delete dialogue.options;
    const turns = toMessageRow(dialogue);
    expect(turns.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    expect(fromMessageRow(turns, dialogue)).toEqual(dialogue);
    expect(formatDialogue(dialogue)).toBe(
      'Question: Which organ?\nAnswer: the liver\nWhat is seen?',
    );
    expect(() => fromMessageRow({ messages: [], image: '' }, { ...RECORD })).toThrow(FormatError);
  });
});
