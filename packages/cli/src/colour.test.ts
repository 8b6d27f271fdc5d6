import { describe, expect, it } from 'vitest';
import { coloured, hasColour } from './colour';
import { shown } from './output';

const TERMINAL = { isTTY: true };
const PIPE = {};

describe('colour', () => {
  it.each([
    ['a terminal', TERMINAL, {}, true],
    ['a pipe', PIPE, {}, false],
    ['a terminal that has none', TERMINAL, { TERM: 'dumb' }, false],
    ['NO_COLOR', TERMINAL, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', TERMINAL, { NO_COLOR: '' }, true],
    ['FORCE_COLOR', PIPE, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', TERMINAL, { FORCE_COLOR: '0' }, false],
    ['both: FORCE_COLOR, as in Node.js', PIPE, { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  ])('follows %s', (_, stream, environment, expected) => {
    expect(hasColour(stream, environment)).toBe(expected);
  });

  it('marks ends of tasks, errors and what is shown to differ, and nothing else', () => {
    const table = 'SCE on   46.7 [20.0, 66.7]\n        +20.0 [+3.0, +46.7]*  +1.0 [-2.0, +4.0]';
    expect(coloured(table)).toBe(
      table.replace('+20.0 [+3.0, +46.7]*', '\u001b[38;5;33m+20.0 [+3.0, +46.7]*\u001b[0m'),
    );
    expect(coloured('[3/9] encode 2/4 done 0.4 s - SCE on')).toContain(
      '\u001b[38;5;33m done\u001b[0m',
    );
    expect(coloured('[3/9] encode failed - SCE on')).toContain('\u001b[38;5;166m failed\u001b[0m');
    expect(coloured('error: no image')).toBe('\u001b[38;5;166merror:\u001b[0m no image');
    expect(coloured('an error: no image')).toBe('an error: no image');
  });

  it('adds nothing but codes, and lets a name bring none', () => {
    const name = 'error: \u001b[31mred\u001b[0m';
    // eslint-disable-next-line no-control-regex -- exactly those are meant
    const codes = /\u001b\[[\d;]*m/g;
    expect(shown(name, true).replaceAll(codes, '')).toBe(shown(name));
    expect(shown(name, true).split('\u001b')).toHaveLength(3); // our own two
  });
});
