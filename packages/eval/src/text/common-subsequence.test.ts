import { Random } from '@omnict/core';
import { expect, it } from 'vitest';
import { commonSubsequenceLength, commonSubsequencePositions } from './common-subsequence';

/** The table of all lengths and the way back through it, as rouge-score has them. */
function positionsByTable(expected: readonly string[], predicted: readonly string[]): number[] {
  const table = [new Array<number>(predicted.length + 1).fill(0)];
  for (const word of expected) {
    const above = table.at(-1) as number[];
    const row = [0];
    predicted.forEach((other, column) => {
      const same = (above[column] as number) + 1;
      row.push(
        word === other ? same : Math.max(above[column + 1] as number, row[column] as number),
      );
    });
    table.push(row);
  }
  const positions: number[] = [];
  let [row, column] = [expected.length, predicted.length];
  while (row > 0 && column > 0) {
    if (expected[row - 1] === predicted[column - 1]) {
      positions.push(--row);
      column--;
    } else if ((table[row]?.[column - 1] as number) > (table[row - 1]?.[column] as number))
      column--;
    else row--;
  }
  return positions;
}

it('finds the subsequence that the table of lengths leads back to', () => {
  const random = new Random(7);
  const texts = (length: number, kinds: number): string[] =>
    Array.from({ length }, () => String(random.integer(kinds)));
  for (let round = 0; round < 600; round++) {
    const kinds = 1 + random.integer(12);
    const expected = texts(random.integer(round < 500 ? 40 : 200), kinds);
    const predicted = texts(random.integer(round < 500 ? 40 : 200), kinds);
    const wanted = positionsByTable(expected, predicted);
    const place = `${expected.join(' ')} | ${predicted.join(' ')}`;
    expect(commonSubsequencePositions(expected, predicted), place).toEqual(wanted);
    expect(commonSubsequenceLength(expected, predicted), place).toBe(wanted.length);
  }
});
