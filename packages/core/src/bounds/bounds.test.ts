import { expect, it } from 'vitest';
import { raisedLimit } from './raised-limit';
import { withinTime } from './within-time';

it.each([
  [undefined, 100],
  ['4', 400],
  ['0.5', 50],
  ['many', 100],
  ['-1', 100],
  ['Infinity', 100],
])('OMNICT_LIMITS=%s makes a limit of 100 %d', (factor, limit) => {
  expect(raisedLimit(100, { OMNICT_LIMITS: factor })).toBe(limit);
});

const refuse = (seconds: number): Error => new Error(`more than ${seconds} s`);

it('interrupts a loop without end', () => {
  expect(() =>
    withinTime(
      () => {
        for (;;);
      },
      refuse,
      0.05,
    ),
  ).toThrow('more than 0.05 s');
});

it('interrupts a pattern that tries exponentially many ways', () => {
  const pattern = /^(a+)+$/;
  expect(() => withinTime(() => pattern.test(`${'a'.repeat(60)}!`), refuse, 0.05)).toThrow('0.05');
});

it('is interrupted by the call that it lies in, when that ends first', () => {
  const forever = (): never => {
    for (;;);
  };
  const inner = (seconds: number) => () => withinTime(forever, () => new Error('inner'), seconds);
  expect(() => withinTime(inner(1), refuse, 0.05)).toThrow('more than 0.05 s');
  expect(() => withinTime(inner(0.05), refuse, 10)).toThrow('inner');
  expect(withinTime(() => 1, refuse, 0.5)).toBe(1);
});

it('returns values, throws errors, and can be nested', () => {
  expect(withinTime(() => withinTime(() => [1, 2], refuse).length, refuse)).toBe(2);
  expect(() =>
    withinTime(() => {
      throw new RangeError('own');
    }, refuse),
  ).toThrow(RangeError);
});
