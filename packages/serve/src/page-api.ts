import { ORGAN_CLASS_LABELS, ORGAN_CLASSES, type VolumeGeometry } from '@omnict/core';
import { matchMask, readMask, readVolume, structuresAsked, writeNifti } from '@omnict/io';
import { Type } from '@sinclair/typebox';
import type { Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ApiError, errorReply } from './api-error';
import type { Asking } from './asking';
import { checked } from './chat-request';
import { type Example, makeExamples } from './examples';
import type { Limits } from './limits';
import { type BodyReader, contentOf } from './read-body';
import type { Upload, UploadStore } from './upload-store';

/** What the page's own requests are made of. */
export interface PageApiParts {
  model: string;
  asking: Asking;
  store: UploadStore;
  bodies: BodyReader;
  limits: Limits;
  onError: (error: unknown) => void;
}

const AskSchema = Type.Object(
  {
    image: Type.String(),
    mask: Type.Optional(Type.String()),
    question: Type.String({ minLength: 1 }),
    organs: Type.Optional(
      Type.Array(Type.Union(ORGAN_CLASSES.map((organ) => Type.Literal(organ)))),
    ),
    organLabels: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 255 }))),
    options: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 26 })),
    history: Type.Optional(
      Type.Array(Type.Object({ question: Type.String(), answer: Type.String() })),
    ),
  },
  { additionalProperties: false },
);

/** What NiiVue shows of an upload: made by the reader, so that no identifier is in it. */
const VIEW_FILE = 'view.nii';

/** Adds what the page asks: uploads, images to look at, examples and answers as they grow. */
export function addPageApi(app: Hono, parts: PageApiParts): void {
  const { store, model } = parts;
  let examples: Promise<Example[]> | undefined;
  const loadExamples = (): Promise<Example[]> => {
    examples ??= store.begin('examples').then((upload) => {
      upload.uses++; // it makes room for nobody
      return makeExamples(upload.path);
    });
    return examples;
  };

  app.get('/api/state', (c) => c.json({ model, organs: ORGAN_CLASS_LABELS }));

  app.post('/api/uploads', async (c) => c.json({ id: (await store.begin()).id }));
  app.post('/api/uploads/:id/files', async (c) => {
    if (!/^application\/octet-stream$/i.test(c.req.header('content-type') ?? '')) {
      throw new ApiError(400, "expected 'Content-Type: application/octet-stream'", {
        code: 'invalid_content_type',
      });
    }
    const upload = store.get(c.req.param('id'));
    await store.add(upload, contentOf(c), c.req.query('name') ?? '');
    return c.json({ id: upload.id, bytes: upload.bytes, files: upload.files });
  });
  app.delete('/api/uploads/:id', async (c) => {
    await store.delete(store.get(c.req.param('id')).id);
    return c.body(null, 204);
  });

  app.post('/api/images/:id', async (c) => c.json(await openImage(store.get(c.req.param('id')))));
  app.post('/api/images/:id/mask/:mask', async (c) => {
    const image = store.get(c.req.param('id'));
    return c.json(await openMask(store.get(c.req.param('mask')), image));
  });
  app.get('/api/views/:id/view.nii', (c) => {
    const { folder } = store.get(c.req.param('id'));
    const file = createReadStream(join(folder, VIEW_FILE));
    return c.body(Readable.toWeb(file) as ReadableStream, 200, {
      'Content-Type': 'application/octet-stream',
    });
  });

  app.get('/api/examples', async (c) =>
    c.json((await loadExamples()).map(({ name, title, modality }) => ({ name, title, modality }))),
  );
  app.post('/api/examples/:name', async (c) => {
    const example = (await loadExamples()).find(({ name }) => name === c.req.param('name'));
    if (example === undefined) {
      throw new ApiError(404, 'no such example; choose one of the list', { code: 'not_found' });
    }
    const image = await uploadOfFile(store, example.image);
    const mask = await uploadOfFile(store, example.mask);
    return c.json({
      image: await openImage(image),
      mask: await openMask(mask, image),
      questions: example.questions,
    });
  });

  app.post('/api/ask', (c) => answerAsked(c, parts));
}

/** Streams an answer: which organs are asked about, pieces of text, then all about it, or why there is none. */
async function answerAsked(
  c: Context,
  { store, bodies, asking, limits, onError }: PageApiParts,
): Promise<Response> {
  const asked = checked(AskSchema, await bodies.json(c));
  requireShort(asked.question, limits);
  const { image: imageId, mask: maskId, ...question } = asked;
  const answer = asking.ask({
    ...question,
    image: store.get(imageId),
    mask: maskId === undefined ? undefined : store.get(maskId),
    signal: c.req.raw.signal,
  });
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => answer.cancel());
    const send = (event: string, data: unknown): Promise<void> =>
      stream.writeSSE({ event, data: JSON.stringify(data) });
    try {
      await send('asked', {
        waiting: asking.open - 1,
        labels: asked.organs === undefined ? structuresAsked(asked).labels : [],
      });
      for await (const text of answer) await send('text', text);
      await send('answer', await answer.result);
    } catch (error) {
      if (stream.aborted) return;
      const { status, body } = errorReply(error, (text) => store.withoutPaths(text));
      if (status === 500) onError(error);
      await send('failure', body.error.message);
    }
  });
}

/** Reads an image, writes what the page shows of it, and tells what is known of it. */
async function openImage(upload: Upload) {
  const { volume, format, warnings } = await readVolume(upload.path);
  const { shape, spacing } = volume;
  await writeNifti(join(upload.folder, VIEW_FILE), volume);
  return {
    id: upload.id,
    shape,
    spacing,
    format,
    warnings,
    modality: shape[0] === 1 ? 'slice' : 'volume',
  };
}

/** Reads a mask onto its image's grid, and tells which organ classes it has. */
async function openMask(upload: Upload, image: Upload) {
  const warnings: string[] = [];
  const { volume } = await readVolume(image.path);
  const { shape, spacing, origin, direction } = volume;
  const geometry: VolumeGeometry = { shape, spacing, origin, direction };
  const onWarning = (warning: string): number => warnings.push(warning);
  const mask = matchMask(await readMask(upload.path, { image: geometry, onWarning }), geometry);
  await writeNifti(join(upload.folder, VIEW_FILE), mask);
  const present = new Set(mask.data);
  const organs = ORGAN_CLASSES.filter((organ) =>
    ORGAN_CLASS_LABELS[organ].some((label) => present.has(label)),
  );
  return { id: upload.id, organs, warnings };
}

async function uploadOfFile(store: UploadStore, path: string): Promise<Upload> {
  const upload = await store.begin();
  await store.add(upload, createReadStream(path), path);
  return upload;
}

function requireShort(question: string, { messageLetters }: Limits): void {
  if (question.length <= messageLetters) return;
  throw new ApiError(400, `the question has more than ${messageLetters} letters; ask in fewer`, {
    code: 'invalid_value',
    param: 'question',
  });
}
