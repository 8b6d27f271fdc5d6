import { ConfigError, FormatError } from '@omnict/nn';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL_FILE, readJournal, RunJournal } from './journal';

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
    expect(() => readJournal(folder)).toThrow(/journal\.jsonl:1/);
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
