import { describe, expect, it } from 'vitest';
import { shown } from './output';

describe('what is printed', () => {
  it.each([
    ['the title of the window', '\u001b]0;owned\u0007'],
    ['the clipboard', '\u001b]52;c;b3duZWQ=\u0007'],
    ['what stood above', 'ok\r\u001b[1A\u001b[2K'],
    ['an answer in its name', '\u009b6n'],
    ['the direction of the text', 'scan\u202egpj.exe'],
  ])('does not let a name change %s', (_, name) => {
    expect(shown(`${name}: no image\n`)).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    expect(shown(`${name}: no image\n`)).toMatch(/\\u[0-9a-f]{4}.*: no image\n$/);
  });

  it('still erases our own line of progress, at the start alone', () => {
    expect(shown('\r\u001b[2K3 of 4')).toBe('\r\u001b[2K3 of 4');
    expect(shown('a\r\u001b[2Kb')).toBe('a\\u000d\\u001b[2Kb');
  });
});
