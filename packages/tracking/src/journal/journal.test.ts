import { ConfigError, FormatError } from '@omnict/core';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunJournal } from './journal';
import { JOURNAL_FILE, journalEvents, readJournal } from './read-journal';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HEADER = { experiment: 'e', runKey: 'k', name: 'n' };

describe('journal', () => {
  it('keeps everything logged, in order', () => {
    const journal = RunJournal.open(folder, HEADER);
    journal.logParams({ sce: true, rate: 0.1 });
    journal.logMetrics([{ key: 'loss', value: 2, step: 1, timestamp: 5 }]);
    journal.setTags({ a: 'b' });
    journal.end('FINISHED');
    expect(readJournal(folder).map(({ type }) => type)).toEqual([
      'run',
      'params',
      'metrics',
      'tags',
      'end',
    ]);
    expect(readJournal(folder)[1]).toMatchObject({ params: { sce: 'true', rate: '0.1' } });
  });

  it('loses only the line that a crash tore', () => {
    RunJournal.open(folder, HEADER).logParams({ a: 1 });
    appendFileSync(join(folder, JOURNAL_FILE), '{"type":"metrics","metr');
    expect(readJournal(folder)).toHaveLength(2);
    const again = RunJournal.open(folder, HEADER);
    again.logParams({ b: 2 });
    expect(readJournal(folder).map(({ type }) => type)).toEqual(['run', 'params', 'params']);
  });

  it('names the line that is damaged', () => {
    RunJournal.open(folder, HEADER).logParams({ a: 1 });
    const path = join(folder, JOURNAL_FILE);
    writeFileSync(path, `no json\n${readFileSync(path, 'utf8')}`);
    expect(() => readJournal(folder)).toThrow(FormatError);
    expect(() => readJournal(folder)).toThrow(/journal\.jsonl: byte 0: is not a line of JSON/);
  });

  it('is read from any event on, in blocks', () => {
    const journal = RunJournal.open(folder, HEADER);
    const metrics = Array.from({ length: 1000 }, (_, step) => ({
      key: 'loss',
      value: step === 7 ? NaN : step,
      step,
      timestamp: step,
    }));
    for (let i = 0; i < 40; i++) journal.logMetrics(metrics); // several blocks of 1 MiB
    const all = [...journalEvents(folder)];
    expect(all).toHaveLength(41);
    const rest = [...journalEvents(folder, all[20]?.end)];
    expect(rest).toEqual(all.slice(21));
    expect(rest[0]?.event).toMatchObject({ metrics: { 7: { value: 'NaN' }, 8: { value: 8 } } });
  });

  it('refuses another value of a param, also after it was opened again', () => {
    RunJournal.open(folder, HEADER).logParams({ rate: 0.1 });
    const again = RunJournal.open(folder, HEADER);
    again.logParams({ rate: 0.1 });
    expect(readJournal(folder)).toHaveLength(2);
    expect(() => again.logParams({ rate: 0.2 })).toThrow(/'rate'.*'0\.1' already, got '0\.2'/);
  });

  it('never writes secrets, and refuses keys MLflow refuses', () => {
    const journal = RunJournal.open(folder, HEADER);
    journal.logParams({ api_key: 'abc123', 'server.password': 'abc123', tokens2d: 9 });
    expect(readFileSync(join(folder, JOURNAL_FILE), 'utf8')).not.toContain('abc123');
    expect(readJournal(folder)[1]).toMatchObject({ params: { tokens2d: '9' } });
    expect(() => journal.logMetrics([{ key: 'a:b', value: 1, step: 0, timestamp: 1 }])).toThrow(
      ConfigError,
    );
  });
});
