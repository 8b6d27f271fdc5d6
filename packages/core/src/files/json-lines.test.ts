import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeJsonLines } from './json-lines';

const folder = mkdtempSync(join(tmpdir(), 'omnict-json-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writeJsonLines', () => {
  it('writes one value a line, also when they are more than are gathered', async () => {
    const path = join(folder, 'many.jsonl');
    const values = Array.from({ length: 5000 }, (_, id) => ({ id, text: `"${'é'.repeat(100)}\n` }));
    expect(await writeJsonLines(path, values)).toBe(5000);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(values);
  });

  it('leaves the old file, and nothing else, when the values end in an error', async () => {
    const path = join(folder, 'kept.jsonl');
    writeFileSync(path, 'old');
    function* broken(): Generator<number> {
      yield 1;
      throw new Error('no more');
    }
    await expect(writeJsonLines(path, broken())).rejects.toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.startsWith('kept'))).toEqual(['kept.jsonl']);
  });
});
