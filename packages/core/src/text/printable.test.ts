import { describe, expect, it } from 'vitest';
import { printable } from './printable';

describe('printable', () => {
  it('writes out what a terminal obeys, and nothing else', () => {
    expect(printable('\u001b]0;owned\u0007\u009b2J\r\n')).toBe(
      '\\u001b]0;owned\\u0007\\u009b2J\\u000d\\u000a',
    );
    expect(printable('exe.\u202egpj')).toBe('exe.\\u202egpj');
    expect(printable('Fürst, 肺 🫁')).toBe('Fürst, 肺 🫁');
  });

  it('keeps the characters it is told to', () => {
    expect(printable('one\ntwo\u001b', '\n')).toBe('one\ntwo\\u001b');
  });
});
