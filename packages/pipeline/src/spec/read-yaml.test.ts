import { Random } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { readYaml, type YamlText } from './read-yaml';

/** `OMNICT_FUZZ=30` tries that many times as many as CI does. */
const TEXTS = 1500 * Number(process.env['OMNICT_FUZZ'] ?? 1);

const problemsOf = (text: string): string[] => {
  const { problems, place } = readYaml(text);
  return problems.map(({ offset, problem }) => {
    const { line, col } = place(offset);
    return `${line}:${col}: ${problem}`;
  });
};

/** Pieces of YAML, put together without regard to its grammar. */
const PIECES = [
  'a',
  'b: ',
  '- ',
  '\n',
  '\n  ',
  '\n    ',
  ': ',
  ', ',
  '[',
  ']',
  '{',
  '}',
  '? ',
  '| ',
  '>-\n',
  '&x ',
  '*x',
  '<<: *x',
  '"',
  "'",
  '\\',
  '#',
  '!!',
  '!!set ',
  '!!binary ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '.nan',
  '-.inf',
  '1e999',
  '9007199254740993',
  '0x',
  '0o7',
  '~',
  'null',
  '__proto__: ',
  'constructor: ',
  'true',
  '12',
  '-1',
  '\u0000',
  '\u2028',
  '\ufeff',
  '\ud800',
  '[[[[',
  '}}}}',
  '\t',
  '日本',
  '@',
  '`',
  '%',
];

describe('YAML', () => {
  it('is read as JSON would hold it', () => {
    const { value, problems, offsetOf } = readYaml('a: &x [1, 2.5, yes]\nb: { c: *x }\n');
    expect(problems).toEqual([]);
    expect(value).toEqual({ a: [1, 2.5, 'yes'], b: { c: [1, 2.5, 'yes'] } });
    expect(offsetOf(['b', 'c'])).toBe(28);
    expect(offsetOf(['b', 'd'])).toBeUndefined();
  });

  it('is refused with the place of each mistake', () => {
    const nested = 'x'.repeat(3);
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]'];
    for (const [from, to] of ['bc', 'cd', 'de']) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join()}]`);
    }
    expect(problemsOf(bomb.join('\n'))).toEqual([
      expect.stringMatching(/^1:1: .*alias count.*write the values out/),
    ]);
    expect(problemsOf(`a: ${'['.repeat(200)}${']'.repeat(200)}`)[0]).toMatch(/at most 64 levels/);
    expect(problemsOf('['.repeat(20_000))[0]).toMatch(/^\d+:\d+: /);
    expect(problemsOf(`a: ${nested.repeat(2 ** 21)}`)[0]).toMatch(/at most \d+ characters/);
    expect(problemsOf('a: 1\n? [b]\n: 2')).toEqual([
      '2:3: a key is a list, map or alias; expected plain text',
    ]);
    expect(problemsOf('a: !!python/object x')[0]).toMatch(/^1:4: Unresolved tag/);
    expect(problemsOf('a: 1\na: 2')[0]).toMatch(/^2:1: .*unique/);
  });

  it(`is a finite plain value or refused with a place: ${TEXTS} random texts`, () => {
    const random = new Random('read-yaml');
    const counts = { read: 0, refused: 0 };
    for (let index = 0; index < TEXTS; index++) {
      const length = 1 + random.integer(24);
      const text = Array.from({ length }, () => PIECES[random.integer(PIECES.length)]).join('');
      let yaml: YamlText | undefined;
      expect(() => (yaml = readYaml(text)), JSON.stringify(text)).not.toThrow();
      const { value, problems, place } = yaml as YamlText;
      for (const { offset } of problems) expect(place(offset).line).toBeGreaterThan(0);
      counts[problems.length === 0 ? 'read' : 'refused']++;
      if (problems.length > 0) continue;
      // A value that JSON holds is one: no NaN, no cycle, no function, no lost key.
      expect(JSON.parse(JSON.stringify({ value })), JSON.stringify(text)).toEqual({ value });
    }
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(TEXTS / 20);
  });
});
