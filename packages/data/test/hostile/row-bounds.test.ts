import { parquetWriteFile } from 'hyparquet-writer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { readRecords } from '../../src/records-file';
import { readRows } from '../../src/rows/read-rows';

const folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

async function count(rows: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const row of rows) if (row !== undefined) found++;
  return found;
}

/** Limits are a thousandth in these tests, so that files can be small. */
function limitTo(factor: string): void {
  vi.stubEnv('OMNICT_LIMITS', factor);
}

describe('a row group of Parquet', () => {
  const path = join(folder, 'rows.parquet');
  const values = Array.from({ length: 5000 }, (_, index) => `text ${index % 7} ${'a'.repeat(200)}`);
  parquetWriteFile({
    filename: path,
    columnData: [{ name: 'text', data: values }],
    rowGroupSize: values.length,
  });

  it('of more rows than the limit is refused, and read once the user raises it', async () => {
    limitTo('0.001');
    await expect(count(readRows(path))).rejects.toThrow(
      /rows.parquet: row group 1 claims 5000 rows; expected at most 4195; .*OMNICT_LIMITS/,
    );
    limitTo('1');
    expect(await count(readRows(path))).toBe(5000);
  });

  it('with a page that claims more bytes than the limit is refused', async () => {
    const wide = join(folder, 'wide.parquet');
    const data = ['a'.repeat(600_000), 'b'];
    parquetWriteFile({ filename: wide, columnData: [{ name: 'text', data }], codec: 'SNAPPY' });
    limitTo('0.001');
    await expect(count(readRows(wide))).rejects.toThrow(/a page claims 6000\d\d bytes.*OMNICT/);
    limitTo('0.01');
    expect(await count(readRows(wide))).toBe(2);
  });
});

describe('a line that never ends', () => {
  const path = join(folder, 'rows.jsonl');
  writeFileSync(path, `{"a": 1}\n{"a": "${'a'.repeat(20_000)}"}\n`);

  it('is refused in rows and records, with its place', async () => {
    limitTo('0.001');
    const message = /rows.jsonl:2: line has more than 16778 bytes.*OMNICT_LIMITS/;
    await expect(count(readRows(path))).rejects.toThrow(message);
    const records = join(folder, 'rows.jsonl');
    writeFileSync(records, `\n{"a": "${'a'.repeat(20_000)}"}\n`);
    await expect(count(readRecords(records))).rejects.toThrow(message);
    limitTo('1');
    expect(await count(readRows(path))).toBe(1);
  });
});
