import { ConfigError } from '@omnict/core';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BudgetError,
  callJournal,
  type ChatCall,
  ChatClient,
  type ChatClientOptions,
  ChatError,
  type ChatRequest,
  imagePart,
} from '../src/index';
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedServer,
  startScriptedServer,
} from './scripted-server';

const SCHEMA = {
  name: 'verdict',
  schema: {
    type: 'object',
    properties: { keep: { type: 'boolean' }, reason: { type: 'string' } },
    required: ['keep', 'reason'],
    additionalProperties: false,
  },
};
const QUESTION: ChatRequest = { messages: [{ role: 'user', content: 'Is it a CT?' }] };
const FAST = { initialDelayMs: 1, maxDelayMs: 4 };

let folder = '';
let server: ScriptedServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-chat-'));
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

/** A client of a server that follows a script, with every call recorded. */
async function connect(script: Script, options: Partial<ChatClientOptions> = {}) {
  server = await startScriptedServer(script);
  const calls: ChatCall[] = [];
  const client = new ChatClient({
    url: server.url,
    model: 'scripted',
    retry: FAST,
    onCall: (call) => calls.push(call),
    ...options,
  });
  return { client, calls, server };
}

/** Gives each answer once, then the last one for ever. */
function inTurn(...answers: ScriptedAnswer[]): Script {
  return ({ count }) => answers[Math.min(count, answers.length - 1)] as ScriptedAnswer;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a question', () => {
  it('carries text and images, and comes back with model, tokens and cost', async () => {
    const { client, calls, server } = await connect(() => ({ reply: 'yes' }), {
      price: { prompt: 1e6, completion: 2e6 },
    });
    const image = imagePart(Uint8Array.of(1, 2, 3), 'image/png');
    const messages = [
      { role: 'user' as const, content: [image, { type: 'text' as const, text: 'CT?' }] },
    ];
    const reply = await client.complete({ messages });
    expect(reply).toMatchObject({ text: 'yes', model: 'scripted-2026', cached: false });
    expect(server.requests[0]?.images).toEqual(['data:image/png;base64,AQID']);
    expect(server.requests[0]?.body).toMatchObject({ temperature: 0, max_tokens: 1024 });
    expect(calls).toEqual([
      expect.objectContaining({
        outcome: 'answered',
        attempts: 1,
        promptTokens: 1,
        completionTokens: 1,
        cost: 3,
      }),
    ]);
  });

  it('guesses tokens when the server does not count', async () => {
    const { client } = await connect(() => ({ reply: 'yes yes', usage: null }));
    const reply = await client.complete(QUESTION);
    expect(reply.promptTokens).toBeGreaterThan(0);
    expect(reply.completionTokens).toBe(3);
  });

  it('is refused with the names of the models when the model is not offered', async () => {
    const { client, server } = await connect(() => ({ reply: '' }));
    await client.checkModel();
    const other = new ChatClient({ url: server.url, model: 'other' });
    await expect(other.checkModel()).rejects.toThrow(/expected one of scripted/);
  });

  it('is refused when another model answers than the pinned one', async () => {
    const { client, calls } = await connect(() => ({ reply: 'yes', model: 'smaller' }), {
      pinnedModel: 'scripted-2026',
    });
    expect(await failure(client.complete(QUESTION))).toMatchObject({ failure: 'other-model' });
    expect(calls[0]).toMatchObject({ outcome: 'other-model', model: 'smaller' });
  });
});

describe('faults of the server', () => {
  const passing: [string, ScriptedAnswer, string][] = [
    ['an error', { status: 500 }, 'server-error'],
    ['a limit', { status: 429, headers: { 'retry-after': '0' } }, 'rate-limited'],
    ['a stall', { stall: 'before' }, 'timeout'],
    ['a stall inside the reply', { stall: 'inside' }, 'timeout'],
    ['a cut connection', { cut: true }, 'damaged-reply'],
    ['a reply that is no JSON', { raw: '<html>' }, 'damaged-reply'],
    ['a reply without text', { raw: '{"choices":[]}' }, 'damaged-reply'],
  ];
  it.each(passing)('%s is survived', async (_, fault, expected) => {
    const { client, calls } = await connect(inTurn(fault, fault, { reply: 'yes' }), {
      timeoutMs: 100,
    });
    expect((await client.complete(QUESTION)).text).toBe('yes');
    expect(calls[0]).toMatchObject({ attempts: 3, retries: [expected, expected] });
  });

  it('are given up after the last attempt', async () => {
    const { client, calls, server } = await connect(() => ({ status: 503 }), {
      retry: { ...FAST, maxAttempts: 3 },
    });
    expect(await failure(client.complete(QUESTION))).toMatchObject({
      failure: 'server-error',
      status: 503,
    });
    expect(server.requests).toHaveLength(3);
    expect(calls[0]).toMatchObject({ outcome: 'server-error', attempts: 3 });
  });

  it('are not repeated when the request itself is refused; the key is not told', async () => {
    const { client, server } = await connect(
      () => ({ status: 401, message: 'wrong key sk-secret-1' }),
      { apiKey: 'sk-secret-1' },
    );
    const error = await failure(client.complete(QUESTION));
    expect(error).toMatchObject({ failure: 'refused', status: 401 });
    expect((error as Error).message).toMatch(/wrong key \[API key\]; check the API key/);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sk-secret-1');
  });

  it('as long as Retry-After says, all requests wait', async () => {
    const { client } = await connect(
      inTurn({ status: 429, headers: { 'retry-after': '0.2' } }, { reply: 'yes' }),
    );
    const start = performance.now();
    await client.complete(QUESTION);
    expect(performance.now() - start).toBeGreaterThan(190);
  });

  it('a wait longer than allowed is given up at once', async () => {
    const { client, server } = await connect(() => ({
      status: 429,
      headers: { 'retry-after': '3600' },
    }));
    expect(await failure(client.complete(QUESTION))).toMatchObject({
      failure: 'rate-limited',
      retryAfterMs: 3.6e6,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('nobody there', async () => {
    const client = new ChatClient({
      url: 'http://127.0.0.1:9/v1',
      model: 'm',
      retry: { ...FAST, maxAttempts: 2 },
    });
    expect(await failure(client.complete(QUESTION))).toMatchObject({ failure: 'unreachable' });
    expect(() => new ChatClient({ url: 'ollama', model: 'm' })).toThrow(ConfigError);
  });

  it('a stop ends what is under way', async () => {
    const stop = new AbortController();
    const { client, calls } = await connect(() => ({ stall: 'before' }), { signal: stop.signal });
    const pending = failure(client.complete(QUESTION));
    setTimeout(() => stop.abort(new Error('interrupted')), 50);
    expect(await pending).toMatchObject({ message: 'interrupted' });
    expect(calls[0]?.outcome).toBe('stopped');
  });
});

describe('a schema', () => {
  const good = { keep: true, reason: 'axial CT' };

  it('is enforced by the server, and its value typed', async () => {
    const { client, server } = await connect(() => ({ reply: good }));
    const { value } = await client.completeJson<typeof good>(QUESTION, SCHEMA);
    expect(value).toEqual(good);
    expect(server.requests[0]?.schemaName).toBe('verdict');
  });

  it.each([
    ['prose', 'I would keep it.', /holds no JSON/],
    ['another type', { keep: 'yes', reason: '' }, /keep must be boolean/],
    ['a missing field', { keep: true }, /must have required property 'reason'/],
  ])('%s is asked for again with the fault named', async (_, wrong, fault) => {
    const { client, calls, server } = await connect(inTurn({ reply: wrong }, { reply: good }));
    expect((await client.completeJson(QUESTION, SCHEMA)).value).toEqual(good);
    expect(calls[0]).toMatchObject({ parseFailures: 1, attempts: 2 });
    expect(server.requests[1]?.text).toMatch(fault);
    const sent = server.requests.map(({ text }) => Math.ceil(text.length / 4));
    expect(calls[0]?.promptTokens).toBe((sent[0] ?? 0) + (sent[1] ?? 0));
  });

  it('JSON is found in fences, after thoughts and between sentences', async () => {
    const json = JSON.stringify(good);
    const forms = [
      `\`\`\`json\n${json}\n\`\`\``,
      `<think>{no}</think>\n${json}`,
      `Sure: ${json}. Done.`,
    ];
    for (const reply of forms) {
      const { client } = await connect(() => ({ reply }), { repairs: 0 });
      expect((await client.completeJson(QUESTION, SCHEMA)).value).toEqual(good);
      await server?.close();
    }
  });

  it('is given up after the repairs, and counted', async () => {
    const { client, calls } = await connect(() => ({ reply: 'no' }), {
      repairs: 1,
      cacheFolder: folder,
    });
    expect(await failure(client.completeJson(QUESTION, SCHEMA))).toMatchObject({
      failure: 'schema',
    });
    expect(calls[0]).toMatchObject({ outcome: 'schema', parseFailures: 2 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is asked for in words when the server cannot enforce it; other refusals teach nothing', async () => {
    const script: Script = ({ body, text }) => {
      if (text.includes('long')) return { status: 400, message: 'prompt too long' };
      if ('response_format' in body) return { status: 400, message: 'response_format unknown' };
      if ('max_tokens' in body) return { status: 400, message: 'use max_completion_tokens' };
      return { reply: good };
    };
    const { client, server } = await connect(script);
    const long: ChatRequest = { messages: [{ role: 'user', content: 'long' }] };
    expect(await failure(client.completeJson(long, SCHEMA))).toMatchObject({ status: 400 });
    expect((await client.completeJson(QUESTION, SCHEMA)).value).toEqual(good);
    expect(server.requests).toHaveLength(4);
    expect(server.requests[3]?.text).toContain('"additionalProperties":false');
    expect(server.requests[3]?.body).toMatchObject({ max_completion_tokens: 1024 });
  });
});

describe('kept replies', () => {
  it('answer the same question without the server, and only that', async () => {
    const { client, calls, server } = await connect(({ count }) => ({ reply: `reply ${count}` }), {
      cacheFolder: folder,
    });
    await client.complete(QUESTION);
    const again = await client.complete(QUESTION);
    expect(again).toMatchObject({ text: 'reply 0', cached: true, cost: 0 });
    expect(calls[1]).toMatchObject({ outcome: 'cached', attempts: 0, model: 'scripted-2026' });
    await client.complete({ ...QUESTION, temperature: 0.5 });
    await client.complete({ ...QUESTION, prompt: { name: 'p', version: 2, digest: 'd' } });
    await new ChatClient({ url: server.url, model: 'other', cacheFolder: folder }).complete(
      QUESTION,
    );
    expect(server.requests).toHaveLength(4);
  });

  it('hold no question; a damaged file is asked for again', async () => {
    const { client, server } = await connect(() => ({ reply: 'yes' }), { cacheFolder: folder });
    const { key } = await client.complete(QUESTION);
    const path = join(folder, key.slice(0, 2), `${key}.json`);
    expect(readFileSync(path, 'utf8')).not.toContain('Is it a CT?');
    writeFileSync(path, '{"text":');
    expect((await client.complete(QUESTION)).cached).toBe(false);
    expect(server.requests).toHaveLength(2);
  });

  it('are shared by calls at the same time', async () => {
    const { client, server } = await connect(() => ({ reply: 'yes', delayMs: 20 }));
    await Promise.all([client.complete(QUESTION), client.complete(QUESTION)]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('limits', () => {
  const ask = (client: ChatClient, n: number) =>
    Promise.allSettled(
      Array.from({ length: n }, (_, i) =>
        client.complete({ messages: [{ role: 'user', content: `question ${i}` }], maxTokens: 10 }),
      ),
    );

  it('requests: nothing is sent past the budget, what was answered is kept', async () => {
    const { client, calls, server } = await connect(() => ({ reply: 'yes' }), {
      budget: { requests: 3 },
      cacheFolder: folder,
    });
    const results = await ask(client, 8);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = results.flatMap((r) => (r.status === 'rejected' ? [r.reason as unknown] : []));
    expect(refused.every((error) => error instanceof BudgetError)).toBe(true);
    expect(server.requests).toHaveLength(3);
    expect(client.spent.requests).toBe(3);
    expect(calls.filter(({ outcome }) => outcome === 'budget')).toHaveLength(5);
    const more = new ChatClient({ url: server.url, model: 'scripted', cacheFolder: folder });
    expect((await ask(more, 8)).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(server.requests).toHaveLength(8);
  });

  it.each([
    ['tokens', { budget: { tokens: 100 } }, 100],
    ['cost', { budget: { cost: 100 }, price: { prompt: 1e6, completion: 1e6 } }, 100],
  ] as const)('%s are never passed', async (name, options, limit) => {
    const { client } = await connect(() => ({ reply: 'yes' }), { ...options, concurrency: 3 });
    const results = await ask(client, 60);
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(client.spent[name]).toBeLessThanOrEqual(limit);
  });

  it('a limit of cost needs a price', () => {
    expect(() => new ChatClient({ url: 'http://a', model: 'm', budget: { cost: 1 } })).toThrow(
      /price/,
    );
  });

  it('concurrency holds', async () => {
    let [now, most] = [0, 0];
    const { client } = await connect(
      () => {
        most = Math.max(most, ++now);
        setTimeout(() => now--, 15);
        return { reply: 'yes', delayMs: 20 };
      },
      { concurrency: 2 },
    );
    await ask(client, 6);
    expect(most).toBeLessThanOrEqual(2);
    expect(ChatError.isInstance(new BudgetError('cost', 1, client.spent))).toBe(true);
  });
});

describe('the journal of calls', () => {
  it('holds model, outcome, tokens and latency; no question, reply or key', async () => {
    const path = join(folder, 'calls.jsonl');
    const { client } = await connect(inTurn({ status: 500 }, { reply: 'a secret finding' }), {
      onCall: callJournal(path),
      apiKey: 'sk-secret-2',
    });
    await client.complete(QUESTION);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/sk-secret-2|Is it a CT|a secret finding/);
    expect(JSON.parse(text)).toMatchObject({ outcome: 'answered', retries: ['server-error'] });
  });
});
