import { encodePng, writeDicomSeries, writeNifti } from '@omnict/io';
import { openOmniCT, type OpenOmniCT } from '@omnict/model';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, serveOmniCT } from '../src/index';
import { organs, scan } from './scan';
import { zip } from './zip';

const NAME = 'omnict-tiny';
const QUESTION = 'Is there a lesion in the liver?';
const folder = mkdtempSync(join(tmpdir(), 'serve-test-'));
const IMAGES = [0, 1, 2].map((seed) => join(folder, `${seed}.nii.gz`));
const MASK = join(folder, 'organs.nii.gz');
const errors: unknown[] = [];
let omnict: OpenOmniCT;
let server: RunningServer;
let client: OpenAI;

const storesOf = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('omnict-serve-'));
const dataUrl = (content: Uint8Array, type = 'application/gzip'): string =>
  `data:${type};base64,${Buffer.from(content).toString('base64')}`;

/** A message that shows an image and asks. */
function shown(url: string, question = QUESTION): OpenAI.ChatCompletionUserMessageParam {
  return {
    role: 'user',
    content: [
      { type: 'image_url', image_url: { url } },
      { type: 'text', text: question },
    ],
  };
}

const open = (limits = {}, token?: string): Promise<RunningServer> =>
  serveOmniCT(omnict, { name: NAME, limits, token, onError: (error) => errors.push(error) });

beforeAll(async () => {
  process.env['TMPDIR'] = folder; // whose servers' folders are counted
  for (const [seed, path] of IMAGES.entries()) await writeNifti(path, scan(seed));
  await writeNifti(MASK, organs());
  omnict = await openOmniCT(NAME);
  server = await open();
  client = new OpenAI({ baseURL: `${server.url}v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await server.close();
  omnict.dispose();
  rmSync(folder, { recursive: true });
  expect(errors).toEqual([]);
});

/** What `predict` answers. */
async function expected(image: string, question = QUESTION, mask?: string): Promise<string> {
  return (await omnict.ask({ image, mask, question }).result).text;
}

describe("OpenAI's npm client", () => {
  it('lists the model, and asks it, at once and as a stream', async () => {
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual([NAME]);
    const image = dataUrl(readFileSync(IMAGES[0] as string));
    const messages = [shown(image)];
    const whole = await client.chat.completions.create({ model: NAME, messages });
    expect(whole.choices[0]?.message.content).toBe(await expected(IMAGES[0] as string));
    expect(whole.choices[0]?.finish_reason).toBe('stop');
    expect(whole.usage?.prompt_tokens).toBeGreaterThan(90);
    const stream = await client.chat.completions.create({
      model: NAME,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage).toEqual(whole.usage);
  });

  it('uploads image and mask, and goes on in a dialogue', async () => {
    const uploaded = async (path: string): Promise<string> => {
      const file = await toFile(readFileSync(path), 'Doe_Jane.nii.gz');
      return (await client.files.create({ file, purpose: 'vision' })).id;
    };
    const [image, mask] = [await uploaded(IMAGES[0] as string), await uploaded(MASK)];
    const request = {
      model: NAME,
      messages: [
        shown(image),
        { role: 'assistant', content: 'no' },
        { role: 'user', content: 'And in the spleen?' },
      ],
      omnict: { mask },
    };
    const answer = await client.chat.completions.create(
      request as OpenAI.ChatCompletionCreateParamsNonStreaming,
    );
    const wanted = await omnict.ask({
      image: IMAGES[0] as string,
      mask: MASK,
      question: 'And in the spleen?',
      history: [{ question: QUESTION, answer: 'no' }],
    }).result;
    expect(answer.choices[0]?.message.content).toBe(wanted.text);
    expect(answer).toMatchObject({ omnict: { organs: ['spleen'], tokens: wanted.tokens } });
    await client.files.delete(mask);
    await expect(client.files.retrieve(mask)).rejects.toMatchObject({ status: 404 });
  });

  it('sends a DICOM series as a zip', async () => {
    const series = join(folder, 'series');
    await writeDicomSeries(series, scan(1), { key: 'series', description: 'noise' });
    const files = readdirSync(series).map((name) => [
      `CT/${name}`,
      readFileSync(join(series, name)),
    ]);
    const archive = zip(Object.fromEntries(files) as Record<string, Buffer>);
    const messages = [shown(dataUrl(archive, 'application/zip'))];
    const answer = await client.chat.completions.create({ model: NAME, messages });
    expect(answer.choices[0]?.message.content).toBe(await expected(series));
    expect(answer).toMatchObject({ omnict: { shape: [12, 40, 40], modality: 'volume' } });
  });

  it('takes pictures of one message as the slices of a volume, as omnict eval sends them', async () => {
    const pictures = await Promise.all(
      [40, 80, 120, 160].map(async (value) => {
        const size = { width: 40, height: 40 };
        const picture = await encodePng(new Uint8Array(1600).fill(value), size);
        const url = dataUrl(picture, 'image/png');
        return { type: 'image_url' as const, image_url: { url } };
      }),
    );
    const answer = await client.chat.completions.create({
      model: NAME,
      messages: [{ role: 'user', content: [...pictures, { type: 'text', text: QUESTION }] }],
    });
    expect(answer).toMatchObject({ omnict: { shape: [4, 40, 40], modality: 'volume' } });
  });

  it.each([
    ['another model', { model: 'gpt' }, 404, /has 'omnict-tiny'/],
    ['no messages', { messages: [] }, 400, /messages/],
    ['two answers', { n: 2 }, 400, /n: must be 1/],
    ['tools', { tools: [{}] }, 400, /tools: is not supported/],
    ['no question', { messages: [{ role: 'user', content: ' ' }] }, 400, /without a question/],
    ['a long question', { messages: [{ role: 'user', content: 'a'.repeat(8001) }] }, 400, /8001/],
    ['an address', { messages: [shown('http://127.0.0.1/a.png')] }, 400, /not fetched/],
    ['a file address', { messages: [shown('file:///etc/passwd')] }, 400, /not fetched/],
    [
      'an unknown format',
      { messages: [shown(dataUrl(Buffer.from('words'), 'text/plain'))] },
      400,
      /format not recognised/,
    ],
    ['a lost upload', { messages: [shown('file-1')] }, 404, /no upload 'file-1'/],
    ['an unknown organ', { omnict: { organs: ['gizzard'] } }, 400, /omnict\.organs\.0/],
  ])('is told what is wrong: %s', async (_, change, status, words) => {
    const request = { model: NAME, messages: [{ role: 'user', content: QUESTION }], ...change };
    const error: unknown = await client.chat.completions
      .create(request as OpenAI.ChatCompletionCreateParamsNonStreaming)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect((error as Error).message).toMatch(words);
    expect(error).toMatchObject({ status });
    expect((error as Error).message).not.toContain(tmpdir());
  });
});

/** Asks the server as a hostile client may. */
function raw(
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    at?: RunningServer;
  } = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  const { method = 'GET', headers = {}, body, at = server } = options;
  const { hostname, port } = new URL(at.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('hostile clients', () => {
  it.each([
    ['a page of another site', { origin: 'http://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }],
    ['a name that leads here', { host: 'evil.example' }],
  ])('are refused: %s', async (_, headers) => {
    const { status } = await raw('/api/state', { headers: headers as Record<string, string> });
    expect(status).toBe(403);
  });

  it('cannot send a form as JSON, nor read files by path', async () => {
    const sent = await raw('/api/ask', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(sent.status).toBe(400);
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/api/views/..%2f..%2fetc/view.nii',
      '/v1/files/..%2fx',
    ]) {
      const { status, body } = await raw(path);
      expect([path, status]).toEqual([path, 404]);
      expect(body).not.toContain('"version"');
    }
  });

  it('get a policy with every reply', async () => {
    const { headers } = await raw('/v1/models');
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });

  it('need the token, where there is one', async () => {
    const guarded = await open({}, 'secret');
    const status = async (headers: Record<string, string>, path = '/v1/models'): Promise<number> =>
      (await raw(path, { headers, at: guarded })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await status({}, '/?token=wrong')).toBe(401);
    expect(await status({ authorization: 'Bearer secret' })).toBe(200);
    const visit = await raw('/?token=secret', { at: guarded });
    expect(visit.status).toBe(302);
    const [cookie = ''] = visit.headers['set-cookie'] as string[];
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
    expect(await status({ cookie: cookie.split(';')[0] ?? '' })).toBe(200);
    await guarded.close();
  });

  it('cannot fill the disk, nor the memory', async () => {
    const MIB = 2 ** 20;
    const small = await open({
      uploadBytes: MIB,
      unpackedBytes: 2 * MIB,
      jsonBytes: MIB,
      uploadFiles: 3,
      storedUploads: 3,
    });
    const uploaded = async (body: Buffer, name = 'a.nii'): Promise<number> => {
      const json = { 'content-type': 'application/json' };
      const { body: begun } = await raw('/api/uploads', {
        method: 'POST',
        headers: json,
        at: small,
      });
      const { id } = JSON.parse(begun) as { id: string };
      const response = await fetch(`${small.url}api/uploads/${id}/files?name=${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(body),
      });
      return response.status;
    };
    const zeros = Buffer.alloc(8 * MIB);
    expect(await uploaded(Buffer.alloc(MIB + 1))).toBe(413);
    expect(await uploaded(gzipSync(zeros), 'a.nii.gz')).toBe(413);
    expect(await uploaded(zip({ 'a.dcm': zeros }))).toBe(413);
    expect(await uploaded(zip({ 'a.dcm': zeros }, 10))).toBe(400); // lies about its size
    expect(await uploaded(zip({ a: zeros.subarray(0, 9), b: zeros, c: zeros, d: zeros }))).toBe(
      413,
    );
    expect(await uploaded(zip({ '../../evil': zeros.subarray(0, 9) }))).toBe(400);
    expect(await uploaded(Buffer.from('PK\x03\x04 no archive', 'latin1'))).toBe(400);
    const body = JSON.stringify({ model: NAME, messages: [shown(dataUrl(zeros))] });
    const large = await raw('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      at: small,
    });
    expect(large.status).toBe(413);
    for (let i = 0; i < 6; i++) expect(await uploaded(Buffer.from('x'))).toBe(200);
    await small.close();
  });
});

it('answers fifty clients as predict does, vanishing ones among them', async () => {
  const before = storesOf().length;
  const busy = await open();
  const asked = IMAGES.flatMap((path) => ['liver', 'spleen'].map((organ) => ({ path, organ })));
  const wanted = new Map<string, string>();
  for (const { path, organ } of asked) {
    const question = `Is there a lesion in the ${organ}?`;
    wanted.set(`${path}${organ}`, await expected(path, question, MASK));
  }
  const mask = dataUrl(readFileSync(MASK));
  const one = async (index: number): Promise<void> => {
    const { path, organ } = asked[index % asked.length] as (typeof asked)[number];
    const vanish = new AbortController();
    const isVanishing = index % 5 === 4;
    const response = fetch(`${busy.url}v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: NAME,
        stream: index % 2 === 0,
        omnict: { mask },
        messages: [shown(dataUrl(readFileSync(path)), `Is there a lesion in the ${organ}?`)],
      }),
      signal: vanish.signal,
    });
    if (isVanishing) {
      setImmediate(() => vanish.abort());
      await response.then((reply) => reply.text()).catch(() => undefined);
      return;
    }
    const text = await (await response).text();
    const pieces = [...text.matchAll(/"content":("(?:[^"\\]|\\.)*")/g)];
    const answer = pieces.map(([, content = '""']) => JSON.parse(content) as string).join('');
    expect(answer).toBe(wanted.get(`${path}${organ}`));
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => one(index)));
  expect(storesOf().length).toBe(before + 1);
  await busy.close();
  expect(storesOf().length).toBe(before);
  expect(existsSync(folder)).toBe(true);
});
