import { expect, it } from 'vitest';
import { splitLines } from './read-lines';

async function linesOf(pieces: string[], maxBytes?: number): Promise<string[]> {
  const lines: string[] = [];
  const chunks = pieces.map((piece) => Buffer.from(piece));
  for await (const line of splitLines(chunks, 'rows.jsonl', maxBytes)) lines.push(line.toString());
  return lines;
}

it.each<[string[], string[]]>([
  [[], []],
  [['a\nb'], ['a', 'b']],
  [
    ['a', 'b\n', '\nc', 'd', 'e\n'],
    ['ab', '', 'cde'],
  ],
  [['a\r\nb\u2028c\n'], ['a\r', 'b\u2028c']],
])('%j holds the lines %j', async (pieces, lines) => {
  expect(await linesOf(pieces)).toEqual(lines);
});

it('stops at a line that never ends, before it fills memory, and says where', async () => {
  let taken = 0;
  function* endless(): Generator<Buffer> {
    yield Buffer.from('{}\n');
    for (;;) {
      taken += 2 ** 20;
      yield Buffer.alloc(2 ** 20, 'a');
    }
  }
  await expect(
    (async () => {
      for await (const line of splitLines(endless(), 'rows.jsonl')) expect(line.length).toBe(2);
    })(),
  ).rejects.toThrow('rows.jsonl:2: line has more than 16777216 bytes');
  expect(taken).toBe(17 * 2 ** 20);
  await expect(linesOf(['aaaa\n'], 3)).rejects.toThrow('rows.jsonl:1: line has more than 3 bytes');
});
