import { ConfigError, FormatError, MissingDataError, type QuestionRecord } from '@omnict/core';
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { curate } from '../curate';
import { auditSample } from './audit-sample';
import { exportAuditSheet, importAuditSheet } from './audit-sheet';
import { wilsonInterval } from './wilson-interval';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const COUNT = 40;
const record = (index: number): QuestionRecord => ({
  id: `r${index}`,
  image: 'none.png',
  modality: 'slice',
  organ: 'others',
  source: 's',
  taskType: 'short-answer',
  category: 'MAI',
  split: 'train',
  question: `=HYPERLINK("x") question ${index}?`,
  answer: 'a "quoted", answer',
});

/** A curation of records whose image is missing: the verifier drops them all. */
async function verifiedFolder(): Promise<string> {
  const records = join(folder, 'records.jsonl');
  const lines = Array.from({ length: COUNT }, (_, index) => JSON.stringify(record(index)));
  writeFileSync(records, `${lines.join('\n')}\n`);
  const out = join(folder, 'out');
  await curate({ records, out, stages: ['verify'] });
  return out;
}

type Row = Record<string, string>;
const readSheet = (path: string) => parse(readFileSync(path, 'utf8'), { columns: true }) as Row[];
const writeSheet = (path: string, rows: Row[]) => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const columns = Object.keys(rows[0] as Row);
  const lines = rows.map((row) => columns.map((name) => quoted(row[name] as string)).join(','));
  writeFileSync(path, `\ufeff${[columns.join(','), ...lines].join('\r\n')}\r\n`);
};

describe('the audit sheet', () => {
  it('holds a seeded tenth; verdicts come back and outrank the engine', async () => {
    const out = await verifiedFolder();
    const sheet = join(folder, 'sheet.csv');
    const written = await exportAuditSheet(out, sheet, { share: 0.1, seed: 7 });
    expect(written).toMatchObject({ decisions: COUNT, sampled: 4, disputed: 0 });
    const rows = readSheet(sheet);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({ decision: 'drop', verdict: '' });
    // No cell is a formula.
    expect(rows.every(({ question }) => question?.startsWith("'=") === true)).toBe(true);
    await expect(exportAuditSheet(out, sheet, { share: 0.1, seed: 7 })).rejects.toThrow(
      ConfigError,
    );

    writeSheet(
      sheet,
      rows.map((row, index) => ({
        ...row,
        verdict: ['keep', 'KEEP', 'drop', ''][index] as string,
      })),
    );
    const result = await importAuditSheet(out, sheet);
    expect(result).toMatchObject({ audited: 3, pending: 1, problems: [] });
    expect(result.wronglyDropped).toMatchObject({ count: 2, of: 3 });
    const report = await curate({
      records: join(folder, 'records.jsonl'),
      out,
      stages: ['verify'],
    });
    const kept = readFileSync(report.records, 'utf8').trim().split('\n');
    expect(kept.map((line) => (JSON.parse(line) as QuestionRecord).id).sort()).toEqual(
      rows
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    );
    expect(JSON.parse(kept[0] as string)).toMatchObject({ curation: { verify: 'auditor' } });
  });

  it('rows that cannot be used are told with their line; strict stops', async () => {
    const out = await verifiedFolder();
    const sheet = join(folder, 'sheet.csv');
    writeFileSync(sheet, 'id,verdict\nr1,keep\nnobody,keep\nr2,maybe\nr1,drop\n');
    const { problems, audited } = await importAuditSheet(out, sheet);
    expect(problems.map(({ line, kind }) => [line, kind])).toEqual([
      [3, 'missing-field'],
      [4, 'wrong-type'],
      [5, 'duplicate-id'],
    ]);
    expect(audited).toBe(1);
    await expect(importAuditSheet(out, sheet, { strict: true })).rejects.toThrow(/sheet\.csv:3/);
  });

  it.each([
    ['another table', 'a,b\n1,2\n'],
    ['a torn row', 'id,verdict\nr1\n'],
    ['an open quote', 'id,verdict\n"r1,keep\n'],
  ])('%s is refused', async (_, content) => {
    const out = await verifiedFolder();
    writeFileSync(join(folder, 'bad.csv'), content);
    await expect(importAuditSheet(out, join(folder, 'bad.csv'))).rejects.toThrow(FormatError);
  });

  it('wants a curation, and a sheet', async () => {
    await expect(
      exportAuditSheet(folder, join(folder, 's.csv'), { share: 1, seed: 0 }),
    ).rejects.toThrow(MissingDataError);
    const out = await verifiedFolder();
    await expect(importAuditSheet(out, join(folder, 'none.csv'))).rejects.toThrow(MissingDataError);
  });
});

describe('the sample', () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `id-${index}`);

  it('is of the size asked for, the same for a seed in any order, another for another seed', () => {
    const sample = auditSample(ids, { share: 0.1, seed: 1 });
    expect(sample.size).toBe(100);
    expect(auditSample(ids.toReversed(), { share: 0.1, seed: 1 })).toEqual(sample);
    const other = auditSample(ids, { share: 0.1, seed: 2 });
    expect([...other].filter((id) => sample.has(id)).length).toBeLessThan(40);
    expect(auditSample(['a'], { share: 0.1, seed: 1 }).size).toBe(1);
  });

  it('interval of a share is Wilson’s', () => {
    // 5 of 50 by the closed form, to five digits: 0.04347, 0.21360.
    const [low, high] = wilsonInterval(5, 50);
    expect(low).toBeCloseTo(0.04348, 4);
    expect(high).toBeCloseTo(0.2136, 4);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
