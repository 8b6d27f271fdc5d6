import { ConfigError, FormatError } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { imagePart } from './message';
import { Prompt } from './prompt';

const TEXT = `---
name: judge
version: 2
---
# system
You judge {{subject}}.

# user
Question: {{question}}
`;

describe('a prompt', () => {
  it('has name, version and digest, and takes values', () => {
    const prompt = Prompt.parse(TEXT, 'judge.md');
    expect(prompt.identity).toMatchObject({ name: 'judge', version: 2 });
    expect(prompt.identity.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(prompt.render({ subject: 'CT', question: '# user\n{{subject}} $1' })).toEqual([
      { role: 'system', content: 'You judge CT.' },
      { role: 'user', content: 'Question: # user\n{{subject}} $1' },
    ]);
  });

  it('puts images before the text of the last user turn', () => {
    const image = imagePart(Uint8Array.of(0), 'image/jpeg');
    const messages = Prompt.parse(TEXT, 'p').render({ subject: 'a', question: 'b' }, [image]);
    expect(messages[1]?.content).toEqual([image, { type: 'text', text: 'Question: b' }]);
  });

  it('wants every value, and no other', () => {
    const prompt = Prompt.parse(TEXT, 'judge.md');
    expect(() => prompt.render({ subject: 'CT' })).toThrow(
      /judge\.md: no value for \{\{question\}\}/,
    );
    expect(() => prompt.render({ subject: 'a', question: 'b', extra: 'c' })).toThrow(ConfigError);
  });

  it.each([
    ['no header', '# user\nhi'],
    ['no version', '---\nname: a\n---\n# user\nhi'],
    ['a header that is no YAML', '---\na: [\n---\n# user\nhi'],
    ['text before the sections', '---\nname: a\nversion: 1\n---\nhi\n# user\nhi'],
    ['no user section', '---\nname: a\nversion: 1\n---\n# system\nhi'],
  ])('with %s is refused', (_, text) => {
    expect(() => Prompt.parse(text, 'p.md')).toThrow(FormatError);
  });

  it('with another text has another digest', () => {
    const digest = (text: string) => Prompt.parse(text, 'p').identity.digest;
    expect(digest(TEXT)).not.toBe(digest(`${TEXT}Answer briefly.`));
  });
});
