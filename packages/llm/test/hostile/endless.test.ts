import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChatTemplate } from '../../src/chat-template';
import { JsonTokenizer } from '../../src/tokenizer/json-tokenizer';
import { hasKnownPatterns } from '../../src/tokenizer-patterns';

// Of 20 s: what never ends need not run that long here.
beforeAll(() => vi.stubEnv('OMNICT_LIMITS', '0.01'));
afterAll(() => vi.unstubAllEnvs());

const MESSAGES = [{ role: 'user', content: 'a' }] as const;

describe('a chat template', () => {
  it.each([
    [
      'of nested loops',
      "{% for a in range(99) %}{% for b in range(99) %}{% for c in range(99) %}{% for d in range(99) %}{{ '' }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
      /runs for more than 0.2 s.*OMNICT_LIMITS/,
    ],
    [
      'of a range',
      '{% for a in range(1000000000) %}{% endfor %}',
      /asks for a range of 1000000000/,
    ],
    ['of a range by another name', '{% set r = range %}{{ r(0, 5000) | length }}', /range of 5000/],
  ])('%s is refused', (_, source, message) => {
    expect(() => new ChatTemplate(source).render(MESSAGES, { forAnswer: true })).toThrow(message);
  });

  it('with ranges as Python has them is rendered', () => {
    const source =
      '{{ range(3) | join(",") }};{{ range(2, 5) | join(",") }};{{ range(5, 0, -2) | join(",") }};{{ range(0) | length }}';
    expect(new ChatTemplate(source).render(MESSAGES, { forAnswer: false })).toBe(
      '0,1,2;2,3,4;5,3,1;0',
    );
  });
});

describe('a tokenizer', () => {
  const path = new URL('../../presets/qwen2-tiny/tokenizer.json', import.meta.url);
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

  it('of ours has patterns that are known', () => {
    expect(hasKnownPatterns(json)).toBe(true);
  });

  it.each(['(a+)+$', '(a|a)*b', String.raw`(?:\p{L}+\s?)+!`])(
    'with the pattern %s is interrupted',
    (pattern) => {
      const split = {
        type: 'Split',
        pattern: { Regex: pattern },
        behavior: 'Isolated',
        invert: false,
      };
      const hostile = { ...json, pre_tokenizer: split };
      expect(hasKnownPatterns(hostile)).toBe(false);
      const tokenizer = new JsonTokenizer(hostile, {}, 'tokenizer.json');
      expect(() => tokenizer.encode(`${'a'.repeat(64)}?`)).toThrow(
        /tokenizer.json: its patterns take more than 0.2 s/,
      );
      expect(tokenizer.encode('?').length).toBeGreaterThan(0);
    },
  );
});
