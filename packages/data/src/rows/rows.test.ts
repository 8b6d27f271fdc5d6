import { FormatError, MissingDataError, UnsupportedError } from '@omnict/core';
import fc from 'fast-check';
import { parquetWriteFile } from 'hyparquet-writer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { JsonElements } from './json-elements';
import { readRows } from './read-rows';
import type { RowOrProblem } from './source-row';

const folder = mkdtempSync(join(tmpdir(), 'omnict-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function all(name: string, content?: string | Buffer): Promise<RowOrProblem[]> {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  const rows: RowOrProblem[] = [];
  for await (const row of readRows(path)) rows.push(row);
  return rows;
}

const values = (rows: readonly RowOrProblem[]) =>
  rows.map((item) =>
    'row' in item ? item.row.value : `${item.problem.line} ${item.problem.kind}`,
  );
const lines = (rows: readonly RowOrProblem[]) =>
  rows.map((item) => ('row' in item ? item.row.line : item.problem.line));

describe('JSON arrays', () => {
  it('are read row by row with their lines', async () => {
    const rows = await all(
      'a.json',
      '[\n  {"a": "x, ] } \\" \\\\"},\n\n  {"a": [1, {"b": 2}]}\n]\n',
    );
    expect(values(rows)).toEqual([{ a: 'x, ] } " \\' }, { a: [1, { b: 2 }] }]);
    expect(lines(rows)).toEqual([2, 4]);
  });

  it('in an outer object tell their member', async () => {
    const rows = await all(
      'b.json',
      '{"note": "x", "train": [{"a": 1}], "test": [{"a": 2}, {"a": 3}]}',
    );
    expect(rows.map((item) => 'row' in item && [item.row.section, item.row.value['a']])).toEqual([
      ['train', 1],
      ['test', 2],
      ['test', 3],
    ]);
  });

  it('go on behind rows that are not JSON, not objects, or not UTF-8', async () => {
    const bad = '[{"a": 1},\n{"a": oops},\n7,\n{"a": "caf\xe9"},\n{"a": "cut\n},\n{"a": 2}]';
    expect(values(await all('c.json', Buffer.from(bad, 'latin1')))).toEqual([
      { a: 1 },
      '2 syntax',
      '3 wrong-type',
      '4 encoding',
      '5 syntax',
      { a: 2 },
    ]);
  });

  it('say when they end too early', async () => {
    expect(values(await all('d.json', '[{"a": 1}, {"a": 2'))).toEqual([
      { a: 1 },
      '1 syntax',
      '1 syntax',
    ]);
    await expect(all('e.json', 'hello')).rejects.toThrow(FormatError);
    await expect(all('none.json')).rejects.toThrow(MissingDataError);
    await expect(all('x.xml', '')).rejects.toThrow(UnsupportedError);
  });

  it('come out as JSON.parse reads them, wherever chunks end (property)', () => {
    const row = fc.dictionary(fc.string(), fc.jsonValue());
    const file = fc.oneof(
      fc.array(row).map((rows) => ({ rows, sections: undefined })),
      fc
        .dictionary(fc.string({ minLength: 1 }), fc.array(row))
        .map((sections) => ({ rows: undefined, sections })),
    );
    fc.assert(
      fc.property(
        file,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(2),
        ({ rows, sections }, size, indent) => {
          const bytes = Buffer.from(JSON.stringify(rows ?? sections, null, indent));
          const elements = new JsonElements('file');
          const found: unknown[] = [];
          const take = (part: Iterable<{ bytes: Buffer }>): void => {
            for (const element of part) found.push(JSON.parse(element.bytes.toString()));
          };
          for (let i = 0; i < bytes.length; i += size) {
            take([...elements.push(bytes.subarray(i, i + size))]);
          }
          take(elements.end());
          const expected = (JSON.parse(bytes.toString()) ?? {}) as Record<string, unknown[]>;
          expect(found).toEqual(rows === undefined ? Object.values(expected).flat() : expected);
          expect(elements.isBalanced).toBe(true);
        },
      ),
    );
  });
});

describe('JSON Lines', () => {
  it('skip blank lines and collect bad ones', async () => {
    const rows = await all('a.jsonl', '\ufeff{"a": 1}\r\n\n{"a":\n{"a": "ü"}');
    expect(values(rows)).toEqual([{ a: 1 }, '3 syntax', { a: 'ü' }]);
  });

  it('are known under the name .json, and in UTF-16', async () => {
    expect(values(await all('l.json', '{"a": 1}\n{"a": 2}\n'))).toEqual([{ a: 1 }, { a: 2 }]);
    const utf16 = Buffer.from('\ufeff{"a": "ü"}\n', 'utf16le');
    expect(values(await all('u.jsonl', utf16))).toEqual([{ a: 'ü' }]);
  });
});

describe('CSV', () => {
  it('has quoted commas, quotes and line breaks, and lines where rows begin', async () => {
    const rows = await all('a.csv', 'A,B\n1,"x, ""y"""\n2,"two\nlines"\n3,5" wide\n');
    expect(values(rows)).toEqual([
      { A: '1', B: 'x, "y"' },
      { A: '2', B: 'two\nlines' },
      { A: '3', B: '5" wide' },
    ]);
    expect(lines(rows)).toEqual([2, 3, 5]);
  });

  it('collects rows with other numbers of fields or another encoding', async () => {
    const text = 'A,B\n1,2\n1,2,3\n1,caf\xe9\n4,5\n';
    expect(values(await all('b.csv', Buffer.from(text, 'latin1')))).toEqual([
      { A: '1', B: '2' },
      '3 syntax',
      '4 encoding',
      { A: '4', B: '5' },
    ]);
    expect(values(await all('c.csv', '\ufeffA\nü\n'))).toEqual([{ A: 'ü' }]);
  });
});

describe('Parquet', () => {
  it('gives numbers, text and bytes', async () => {
    const bytes = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    parquetWriteFile({
      filename: join(folder, 'a.parquet'),
      columnData: [
        { name: 'id', data: [1n, 2n], type: 'INT64' },
        { name: 'text', data: ['ü', 'b'], type: 'STRING' },
        { name: 'bytes', data: bytes, type: 'BYTE_ARRAY' },
      ],
      rowGroupSize: 1,
    });
    const rows = await all('a.parquet');
    expect(values(rows)).toEqual([
      { id: 1, text: 'ü', bytes: bytes[0] },
      { id: 2, text: 'b', bytes: bytes[1] },
    ]);
    expect(lines(rows)).toEqual([1, 2]);
  });

  it('refuses what is none', async () => {
    await expect(all('b.parquet', 'PAR1 but nothing else')).rejects.toThrow(FormatError);
    await expect(all('none.parquet')).rejects.toThrow(MissingDataError);
  });
});
