import { ConfigError, FormatError } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ChatEncoder, type ChatMessage, ChatTemplate, JsonTokenizer } from '../src/index';

/** What `tools/reference/chat_templates.py` writes with transformers; `null` where it raises an error. */
interface Expected {
  messages: ChatMessage[];
  tokens: Record<string, string>;
  cases: { name: string; template: string; text: string | null }[];
}

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./expected/${name}`, import.meta.url), 'utf8'));
const { messages, tokens, cases } = readJson('chat-templates.json') as Expected;

const { kinds } = readJson('odd-tokens.json') as {
  kinds: { tokenizer: Record<string, unknown> }[];
};
const encoderOf = (template: string): ChatEncoder =>
  new ChatEncoder(
    new JsonTokenizer(kinds[0]?.tokenizer ?? {}, { eos_token: '[TOK]' }),
    new ChatTemplate(template),
  );

describe('ChatTemplate renders as transformers does', () => {
  it.each(cases)('$name', ({ template, text }) => {
    const render = (): string =>
      new ChatTemplate(template, tokens).render(messages, { forAnswer: true });
    if (text === null) expect(render).toThrow(FormatError);
    else expect(render()).toBe(text);
  });
});

describe('ChatEncoder', () => {
  it.each([
    ['empty', ''],
    ['of other text', 'nothing of the messages'],
    ['that breaks before the answer', cases[0]?.template ?? ''],
  ])('refuses a template %s', (_, template) => {
    expect(() => encoderOf(template).turnEnd).toThrow(ConfigError);
  });

  it('takes a template that breaks behind the answer', () => {
    const template =
      "{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}[TOK]{% break %}{% endif %}{% endfor %}";
    const encoder = encoderOf(template);
    expect(encoder.turnEnd).toBe(encoder.tokenizer.findTokenId('[TOK]'));
  });
});
