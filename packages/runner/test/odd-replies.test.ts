/** @file One odd reply among good ones never ends an evaluation, and no answer that was paid for is lost. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../../chat/test/scripted-server';
import { readEvalSpec, runEvaluation } from '../src/index';

let folder: string;
let server: ScriptedServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odd-replies-'));
  const records = Array.from({ length: 6 }, (_, index) => ({
    id: `q${index}`,
    image: 'x.nii',
    modality: 'volume',
    organ: 'lungs',
    category: 'MAI',
    taskType: 'judgment',
    question: `Number ${index}: is it there?`,
    answer: 'yes',
    source: 'generated',
    split: 'test',
  }));
  await writeFile(
    join(folder, 'records.jsonl'),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
});

afterEach(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const completion = (message: object, finishReason = 'stop'): ScriptedAnswer => ({
  raw: JSON.stringify({ model: 'scripted', choices: [{ message, finish_reason: finishReason }] }),
});

/** Asks six questions without images, the third of which is answered oddly. */
async function evaluate(
  odd: (request: ScriptedRequest) => ScriptedAnswer,
  { isOdd = (text: string) => text.includes('Number 3'), retryFailed = false } = {},
) {
  await server?.close();
  server = await startScriptedServer((request) =>
    isOdd(request.text) ? odd(request) : { reply: 'yes' },
  );
  const file = join(folder, 'spec.yaml');
  await writeFile(
    file,
    `schema: omnict/eval@1\nname: m\noutput: out\ntasks: [{ task: phantomct, records: records.jsonl }]\nconditions: [no-image]\nmodel: { kind: endpoint, url: "${server.url}", model: scripted }\n`,
  );
  const told: string[] = [];
  const run = runEvaluation(readEvalSpec(file), { log: (text) => told.push(text), retryFailed });
  const result = await run.catch((error: unknown) => error as Error);
  const text = await readFile(
    join(folder, 'out/no-image/phantomct/predictions.jsonl'),
    'utf8',
  ).catch(() => '');
  const rows = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>);
  return { result, rows, told: told.join('\n'), asked: server.requests.length };
}

const TOO_LONG = "This model's maximum context length is 4096 tokens";

describe('one odd reply of six', () => {
  it.each<[kind: string, words: RegExp, odd: ScriptedAnswer]>([
    ['no-text', /no text/, completion({ content: null })],
    ['no-text', /raise maxTokens/, completion({ content: null, reasoning_content: 'A' }, 'length')],
    ['refusal', /I cannot/, completion({ content: null, refusal: 'I cannot help.' })],
    ['tool-call', /call a tool/, completion({ content: null, tool_calls: [{ id: '1' }] })],
    ['filtered', /filter/, completion({ content: '' }, 'content_filter')],
    ['too-long', /maximum context length/, { status: 400, message: TOO_LONG }],
    ['too-long', /answered 413/, { status: 413 }],
    ['refused', /answered 422/, { status: 422, message: 'unprocessable' }],
    ['filtered', /was filtered/, { status: 400, message: 'The response was filtered' }],
    ['too-long', /with an error: This/, { raw: JSON.stringify({ error: { message: TOO_LONG } }) }],
  ])('%s, told by %s, is that question’s failure', async (kind, words, odd) => {
    const { result, rows, told, asked } = await evaluate(() => odd);
    expect(result).toMatchObject({ schema: 'omnict/evaluation@1' });
    expect(rows.map(({ prediction }) => prediction)).toEqual([
      'yes',
      'yes',
      'yes',
      '',
      'yes',
      'yes',
    ]);
    expect(rows[3]).toMatchObject({ id: 'q3', failure: kind });
    expect(told).toMatch(words);
    expect(told).toContain(`1 questions failed (1 ${kind})`);
    expect(asked).toBe(6);
    // Kept as a failure: not paid for again, unless asked to.
    expect((await evaluate(() => ({ reply: 'no' }))).asked).toBe(0);
    const again = await evaluate(() => ({ reply: 'no' }), { retryFailed: true });
    expect(again.asked).toBe(1);
    expect(again.rows[3]).toMatchObject({ prediction: 'no' });
    expect(again.rows[3]).not.toHaveProperty('failure');
  });

  it('in parts, or after a mark of byte order, is an answer', async () => {
    const inParts = completion({ content: [{ type: 'text', text: 'no' }] });
    expect((await evaluate(() => inParts)).rows[3]).toMatchObject({ prediction: 'no' });
  });

  it('that was cut is an answer, and said', async () => {
    const { rows, told } = await evaluate(() => completion({ content: 'The answer' }, 'length'));
    expect(rows[3]).toMatchObject({ prediction: 'The answer', finishReason: 'length' });
    expect(told).toContain("1 answers were cut at the longest allowed (finish reason 'length')");
  });
});

it('a parameter that the server refuses is left out once and for all, and said', async () => {
  const message = "Unsupported value: 'temperature' does not support 0 with this model.";
  const { rows, told, asked } = await evaluate(
    ({ body }) => ('temperature' in body ? { status: 400, message } : { reply: 'no' }),
    { isOdd: () => true },
  );
  expect(rows.every(({ prediction }) => prediction === 'no')).toBe(true);
  expect(told.match(/does not take temperature = 0: it is left out/g)).toHaveLength(1);
  expect(asked).toBeLessThanOrEqual(10); // those that were under way together ask twice
});

it('what concerns all questions ends the run, and keeps the answers that came', async () => {
  const { result } = await evaluate(() => ({ status: 401, message: 'no such key' }));
  expect(result).toBeInstanceOf(Error);
  expect((result as Error).message).toMatch(/no such key; check the API key/);
  const { asked, rows } = await evaluate(() => ({ reply: 'no' }));
  expect(asked).toBe(1);
  expect(rows).toHaveLength(6);
});

it('a server that refuses every question is told as an error', async () => {
  const { result } = await evaluate(() => ({ status: 400, message: 'no' }), { isOdd: () => true });
  expect(result).toBeInstanceOf(Error);
  expect((result as Error).message).toMatch(/answered 400: no.*all 6 questions failed/);
});
