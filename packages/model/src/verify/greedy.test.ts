import { describe, expect, it } from 'vitest';
import { includesPrompt, untilEnd } from './greedy';

describe('generated ids of a reference', () => {
  it('are known to hold their prompt only when every row begins with it', () => {
    const prompts = [
      [5, 6],
      [7, 8],
    ];
    expect(includesPrompt([[5, 6, 1], [7, 8, 2]], prompts)).toBe(true); // prettier-ignore
    expect(includesPrompt([[5, 6, 1], [7, 9, 2]], prompts)).toBe(false); // prettier-ignore
    expect(includesPrompt([[5, 6, 1]], prompts)).toBe(true); // of the first row alone
    expect(includesPrompt([[5, 6, 1], [7, 8, 2], [7, 8, 2]], prompts)).toBe(false); // prettier-ignore
    expect(includesPrompt([[5, 6, 1]], undefined)).toBe(false);
  });

  it('count up to the end of a row, ends within the prompt aside', () => {
    const rows = [
      [2, 4, 9, 2, 0],
      [3, 4, 9, 9, 9],
    ];
    const counts = untilEnd(rows, { start: 2, endIds: [2] });
    expect(rows.flat().map((_, index) => counts(index))).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });
});
