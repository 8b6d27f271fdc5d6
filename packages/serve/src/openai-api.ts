import type { ImageAnswer } from '@omnict/model';
import type { Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { randomBytes } from 'node:crypto';
import { ApiError, errorReply } from './api-error';
import { type Asking, uploadOf } from './asking';
import { chatQuestion } from './chat-request';
import type { Limits } from './limits';
import type { BodyReader } from './read-body';
import type { Upload, UploadStore } from './upload-store';

/** What the API is made of. */
export interface OpenAiApiParts {
  /** Name of the model in requests and replies. */
  model: string;
  asking: Asking;
  store: UploadStore;
  bodies: BodyReader;
  limits: Limits;
  /** Told of faults of the program itself. */
  onError: (error: unknown) => void;
}

/** Adds OpenAI's API: models, files and chat completions. */
export function addOpenAiApi(app: Hono, parts: OpenAiApiParts): void {
  const { model, store } = parts;
  const created = Math.floor(Date.now() / 1000);
  const facts = { id: model, object: 'model', created, owned_by: 'omnict' };
  app.get('/v1/models', (c) => c.json({ object: 'list', data: [facts] }));
  app.get('/v1/models/:id', (c) => {
    requireModel(c.req.param('id'), model);
    return c.json(facts);
  });
  app.post('/v1/files', async (c) => {
    const form = await formOf(c, parts.limits);
    const upload = await store.begin();
    await store.add(upload, form.stream() as unknown as AsyncIterable<Uint8Array>, form.name);
    return c.json(fileFacts(upload));
  });
  app.get('/v1/files/:id', (c) => c.json(fileFacts(store.get(c.req.param('id')))));
  app.delete('/v1/files/:id', async (c) => {
    const { id } = store.get(c.req.param('id'));
    await store.delete(id);
    return c.json({ id, object: 'file', deleted: true });
  });
  app.post('/v1/chat/completions', (c) => completeChat(c, parts));
}

async function completeChat(c: Context, parts: OpenAiApiParts): Promise<Response> {
  const { store, asking } = parts;
  const asked = chatQuestion(await parts.bodies.json(c), parts.limits);
  requireModel(asked.model, parts.model);
  const { question, history, sampling, warnings } = asked;
  const { mask: maskReference, ...extension } = asked.extension;
  const image = await uploadOf(asked.images, store);
  const masks = maskReference === undefined ? [] : [{ reference: maskReference, name: '' }];
  const mask = await uploadOf(masks, store);
  if (image === undefined) warnings.push('no image was sent: the model saw air');
  const answer = asking.ask({
    image,
    mask,
    question,
    history,
    ...sampling,
    ...extension,
    signal: c.req.raw.signal,
  });
  const id = `chatcmpl-${randomBytes(12).toString('hex')}`;
  const head = { id, created: Math.floor(Date.now() / 1000), model: parts.model };
  if (!asked.isStreamed) {
    const result = await answer.result;
    const { text, finishReason } = result;
    return c.json({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null },
          logprobs: null,
          finish_reason: finishReason,
        },
      ],
      usage: usageOf(result),
      omnict: seenOf(result, warnings),
    });
  }
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => answer.cancel());
    const send = (delta: object, rest: object = {}, finish: string | null = null): Promise<void> =>
      stream.writeSSE({
        data: JSON.stringify({
          ...head,
          object: 'chat.completion.chunk',
          ...rest,
          choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        }),
      });
    try {
      await send({ role: 'assistant', content: '' });
      for await (const content of answer) await send({ content });
      const result = await answer.result;
      await send({}, { omnict: seenOf(result, warnings) }, result.finishReason);
      if (asked.withUsage) {
        const chunk = { ...head, object: 'chat.completion.chunk', choices: [] };
        await stream.writeSSE({ data: JSON.stringify({ ...chunk, usage: usageOf(result) }) });
      }
      await stream.writeSSE({ data: '[DONE]' });
    } catch (error) {
      if (stream.aborted) return;
      const { status, body } = errorReply(error, (text) => store.withoutPaths(text));
      if (status === 500) parts.onError(error);
      await stream.writeSSE({ data: JSON.stringify(body) });
    }
  });
}

function usageOf({ tokens }: ImageAnswer): object {
  const { prompt, answer } = tokens;
  return { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer };
}

/** What the model looked at, beside OpenAI's fields. */
function seenOf({ modality, shape, organs, tokens, ...rest }: ImageAnswer, warnings: string[]) {
  const { choices } = rest;
  return { modality, shape, organs, tokens, choices, warnings: [...warnings, ...rest.warnings] };
}

function requireModel(asked: string, model: string): void {
  if (asked === model) return;
  throw new ApiError(404, `the model '${asked}' does not exist; this server has '${model}'`, {
    code: 'model_not_found',
    param: 'model',
  });
}

function fileFacts({ id, bytes }: Upload): object {
  return { id, object: 'file', bytes, purpose: 'vision', filename: id, created_at: 0 };
}

/** The file of an upload form, its size checked before it is read. */
async function formOf(c: Context, { jsonBytes }: Limits): Promise<File> {
  const length = Number(c.req.header('content-length') ?? NaN);
  if (!(length <= jsonBytes)) {
    throw new ApiError(
      413,
      `a form may have at most ${Math.round(jsonBytes / 2 ** 20)} MiB and must say its length; send larger files as they are to /api/uploads`,
      { code: 'file_too_large' },
    );
  }
  const file = (await c.req.parseBody().catch(() => ({}) as Record<string, unknown>))['file'];
  if (file instanceof File) return file;
  throw new ApiError(400, "expected a form with the field 'file'", {
    code: 'invalid_value',
    param: 'file',
  });
}
