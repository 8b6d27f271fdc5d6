import { schemaCheck, type SchemaError } from '@omnict/core';
import type { ChatMessage } from './message';

/** What a reply must be. */
export interface ReplySchema {
  /** Letters, digits, `_` and `-`: servers refuse other names. */
  name: string;
  /** JSON Schema; servers that enforce it want `additionalProperties: false` and all keys required. */
  schema: object;
}

/** A reply read, or what is wrong with it. */
export type ParsedReply<T> = { value: T } | { problem: string };

/** Longest piece of a faulty reply that is shown to the model again. */
const MAX_SHOWN_CHARACTERS = 2000;

/** Makes a function that reads replies of a schema. */
export function replyParser<T>({ schema }: ReplySchema): (text: string) => ParsedReply<T> {
  const validate = schemaCheck<T>(schema);
  return (text) => {
    const value = findJson(text);
    if (value === undefined) return { problem: 'it holds no JSON' };
    if (validate(value)) return { value };
    return { problem: (validate.errors ?? []).map(describe).join('; ') };
  };
}

/** Asks for JSON in words, for servers that cannot enforce a schema. */
export function schemaInWords({ schema }: ReplySchema): string {
  return `Reply with one JSON object that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
}

/** The conversation that asks for a better reply. */
export function askAgain(
  messages: readonly ChatMessage[],
  { text, problem, schema }: { text: string; problem: string; schema: ReplySchema },
): ChatMessage[] {
  return [
    ...messages,
    { role: 'assistant', content: text.slice(0, MAX_SHOWN_CHARACTERS) || '(empty)' },
    { role: 'user', content: `This reply does not fit: ${problem}. ${schemaInWords(schema)}` },
  ];
}

/** Adds text to the end of the last user turn. */
export function withLastWords(messages: readonly ChatMessage[], text: string): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) => {
    if (index !== last || message.role !== 'user') return message;
    const { content } = message;
    return typeof content === 'string'
      ? { role: 'user', content: `${content}\n\n${text}` }
      : { role: 'user', content: [...content, { type: 'text', text }] };
  });
}

/**
 * JSON inside a reply: models put it in code fences, after a `<think>` block, or between sentences.
 */
function findJson(text: string): unknown {
  const said = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '');
  const fenced = /```(?:json)?\s*\n?([\s\S]*?)```/.exec(said)?.[1];
  const between = said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1);
  for (const candidate of [said, fenced, between]) {
    if (candidate === undefined || candidate.trim() === '') continue;
    try {
      return JSON.parse(candidate);
    } catch {
      // The next candidate may do.
    }
  }
  return undefined;
}

function describe({ instancePath, message, params }: SchemaError): string {
  const { allowedValues, additionalProperty } = params as {
    allowedValues?: unknown[];
    additionalProperty?: string;
  };
  const field = instancePath === '' ? 'the object' : instancePath.slice(1);
  const detail = allowedValues?.join(', ') ?? additionalProperty;
  return `${field} ${message ?? 'does not fit'}${detail === undefined ? '' : ` (${detail})`}`;
}
