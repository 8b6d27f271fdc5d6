import { type DialogueTurn, ORGAN_CLASSES } from '@omnict/core';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ApiError } from './api-error';
import type { Limits } from './limits';

const Text = Type.String();

/** Parts of a message: words, pictures and files. */
const PartSchema = Type.Union(
  [
    Type.Object({ type: Type.Literal('text'), text: Text }),
    Type.Object({
      type: Type.Literal('image_url'),
      image_url: Type.Object({ url: Type.String({ minLength: 1 }) }),
    }),
    Type.Object({
      type: Type.Literal('file'),
      file: Type.Object({
        file_id: Type.Optional(Text),
        file_data: Type.Optional(Text),
        filename: Type.Optional(Text),
      }),
    }),
  ],
  { description: "a part of type 'text', 'image_url' or 'file' with the field of that name" },
);

const MessageSchema = Type.Object({
  role: Type.Union(['system', 'developer', 'user', 'assistant'].map((role) => Type.Literal(role))),
  content: Type.Union([Text, Type.Array(PartSchema), Type.Null()], {
    description:
      "text, or a list of parts: { type: 'text', text }, { type: 'image_url', image_url: { url } } or { type: 'file', file: { file_id } }",
  }),
});

/** What OpenAI's API has no word for; clients send it as an extra field. */
const ExtensionSchema = Type.Object(
  {
    mask: Type.Optional(
      Type.String({ description: 'Label map of the organs: an uploaded file or a data URL.' }),
    ),
    organs: Type.Optional(
      Type.Array(Type.Union(ORGAN_CLASSES.map((organ) => Type.Literal(organ)))),
    ),
    organLabels: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 255 }))),
    options: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 26 })),
    choices: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 26 }),
    ),
    modality: Type.Optional(Type.Union([Type.Literal('slice'), Type.Literal('volume')])),
    id: Type.Optional(Type.String({ maxLength: 200 })),
    topK: Type.Optional(Type.Integer({ minimum: 1 })),
    repetitionPenalty: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  },
  { additionalProperties: false },
);

const ChatRequestSchema = Type.Object({
  model: Type.String({ minLength: 1 }),
  messages: Type.Array(MessageSchema, { minItems: 1 }),
  stream: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  stream_options: Type.Optional(
    Type.Union([Type.Object({ include_usage: Type.Optional(Type.Boolean()) }), Type.Null()]),
  ),
  max_tokens: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  max_completion_tokens: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  temperature: Type.Optional(Type.Union([Type.Number({ minimum: 0, maximum: 2 }), Type.Null()])),
  top_p: Type.Optional(Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1 }), Type.Null()])),
  seed: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  stop: Type.Optional(
    Type.Union([Text, Type.Array(Type.String({ minLength: 1 }), { maxItems: 8 }), Type.Null()]),
  ),
  n: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  omnict: Type.Optional(ExtensionSchema),
});

type ChatRequest = Static<typeof ChatRequestSchema>;

/** What OpenAI's API knows and this server does not: better refused than left out in silence. */
const UNSUPPORTED = ['tools', 'functions', 'logprobs', 'audio', 'prediction'] as const;

/** A question of a chat, its image still as the client sent it. */
export interface ChatQuestion {
  model: string;
  question: string;
  history: DialogueTurn[];
  /** Data URLs or ids of uploads: one image, or the slices of one. */
  images: { reference: string; name: string }[];
  extension: Static<typeof ExtensionSchema>;
  isStreamed: boolean;
  withUsage: boolean;
  sampling: {
    maxNewTokens?: number;
    temperature?: number;
    topP?: number;
    seed?: number;
    stop?: string[];
  };
  warnings: string[];
}

/** Reads a request for a chat completion. @throws ApiError that names the field */
export function chatQuestion(body: unknown, limits: Limits): ChatQuestion {
  const request = checked(ChatRequestSchema, body);
  for (const name of UNSUPPORTED) {
    const value = (body as Record<string, unknown>)[name];
    if (value !== undefined && value !== null && value !== false) {
      throw invalid(name, `is not supported by this server; leave it out`);
    }
  }
  if ((request.n ?? 1) !== 1) throw invalid('n', 'must be 1: the model gives one answer');
  const { messages, omnict: extension = {} } = request;
  if (messages.length > limits.messages)
    throw invalid('messages', `are more than ${limits.messages}; begin a new dialogue`);
  const warnings: string[] = [];
  const spoken = messages.filter(({ role }) => role === 'user' || role === 'assistant');
  if (spoken.length < messages.length)
    warnings.push('system messages are left out: the model was trained without them');
  const last = spoken.at(-1);
  if (last?.role !== 'user')
    throw invalid('messages', 'must end with a message of the user: the question');
  const words = spoken.map(({ content }) => wordsOf(content));
  words.forEach((text, index) => {
    if (text.length > limits.messageLetters)
      throw invalid(
        'messages',
        `number ${index + 1} has ${text.length} letters, more than ${limits.messageLetters}; ask in fewer words`,
      );
  });
  const question = words.at(-1) as string;
  if (question.trim() === '') throw invalid('messages', 'end without a question');
  const images = spoken.map(({ content }) => imagesOf(content)).filter(({ length }) => length > 0);
  const shown = images.at(-1) ?? [];
  if (images.length > 1) warnings.push('the last image is looked at; earlier ones are left out');
  if (shown.length > limits.pictures)
    throw invalid('messages', `show more than ${limits.pictures} pictures; upload one file`);
  return {
    model: request.model,
    question,
    images: shown,
    extension,
    warnings,
    history: turnsOf(spoken.slice(0, -1), words),
    isStreamed: request.stream === true,
    withUsage: request.stream_options?.include_usage === true,
    sampling: samplingOf(request),
  };
}

function samplingOf(request: ChatRequest): ChatQuestion['sampling'] {
  const { temperature, top_p: topP, seed, stop } = request;
  const maxNewTokens = request.max_completion_tokens ?? request.max_tokens;
  const stops = typeof stop === 'string' ? [stop] : stop;
  return {
    ...(typeof maxNewTokens === 'number' && { maxNewTokens }),
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { topP }),
    ...(typeof seed === 'number' && { seed }),
    ...(stops && { stop: stops }),
  };
}

/** Questions with their answers; several messages of one side in a row are one. */
function turnsOf(
  messages: readonly ChatRequest['messages'][number][],
  words: readonly string[],
): DialogueTurn[] {
  const turns: DialogueTurn[] = [];
  let question = '';
  messages.forEach(({ role }, index) => {
    const text = words[index] as string;
    if (role === 'user') question = question === '' ? text : `${question}\n${text}`;
    else if (question !== '') {
      turns.push({ question, answer: text });
      question = '';
    }
  });
  return turns;
}

function wordsOf(content: ChatRequest['messages'][number]['content']): string {
  if (content === null) return '';
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function imagesOf(content: ChatRequest['messages'][number]['content']): ChatQuestion['images'] {
  if (content === null || typeof content === 'string') return [];
  return content.flatMap((part) => {
    if (part.type === 'image_url') return [{ reference: part.image_url.url, name: '' }];
    if (part.type !== 'file') return [];
    const { file_id: id, file_data: data, filename = '' } = part.file;
    const reference = id ?? data;
    if (reference === undefined)
      throw invalid('messages', 'have a file without file_id and file_data');
    return [{ reference, name: filename }];
  });
}

/** Checks a value against a schema. @throws ApiError that names the first field that is wrong */
export function checked<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const problem = Value.Errors(schema, value).First();
  if (problem === undefined) return value as Static<Schema>;
  const field = problem.path.slice(1).replaceAll('/', '.');
  const { description } = problem.schema;
  const expected =
    description === undefined ? lowerFirst(problem.message) : `expected ${description}`;
  throw invalid(field === '' ? 'request' : field, `${expected}; correct it`);
}

function invalid(param: string, what: string): ApiError {
  return new ApiError(400, `${param}: ${what}`, { code: 'invalid_value', param });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
