import { Random } from '@omnict/core';
import { expect, it } from 'vitest';
import { extractChoice } from '../src/index';
import { extractByReference, PIECES, REFERENCE_OPTIONS } from './extraction-reference';

/** Texts; `OMNICT_FUZZ=20` asks for twenty times as many as CI does. */
const COUNT = 5000 * Number(process.env['OMNICT_FUZZ'] ?? 1);

it(`reads ${COUNT} random texts as a slow plain reference does`, () => {
  const random = new Random('extraction');
  const differing: { text: string; fast: string | null; slow: string | null }[] = [];
  const read = new Map<string | null, number>();
  for (let round = 0; round < COUNT; round++) {
    const pieces = Array.from({ length: 1 + random.integer(8) }, () => random.choice(PIECES));
    const text = pieces.join(' ');
    const fast = extractChoice(text, REFERENCE_OPTIONS).choice;
    const slow = extractByReference(text);
    read.set(slow, (read.get(slow) ?? 0) + 1);
    if (fast !== slow) differing.push({ text, fast, slow });
  }
  expect(differing.slice(0, 20)).toEqual([]);
  for (const choice of ['A', 'B', 'C', null]) expect(read.get(choice)).toBeGreaterThan(COUNT / 100);
});
