/**
 * @file An OpenAI-compatible server for tests, here and in other packages: it answers by rule, and
 * fails, stalls, limits, cuts, babbles and lies when the script says so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as a script sees it. */
export interface ScriptedRequest {
  model: string;
  messages: { role: string; content: unknown }[];
  /** All text of all turns. */
  text: string;
  /** Data URLs of all images. */
  images: string[];
  /** Name of the JSON Schema the reply must fit, as the client asked for it. */
  schemaName: string | undefined;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
  /** Completions asked for before this one. */
  count: number;
}

/** What a script makes of a request. */
export type ScriptedAnswer =
  /** A completion; an object is sent as JSON text. A lie is an object that fits and is wrong. */
  | {
      reply: string | object;
      model?: string;
      delayMs?: number;
      finishReason?: string;
      usage?: null;
    }
  /** An HTTP error. */
  | { status: number; message?: string; headers?: Record<string, string> }
  /** Never answers, or stops inside the reply. */
  | { stall: 'before' | 'inside' }
  /** Closes the connection inside the reply. */
  | { cut: true }
  /** A body that is no JSON, with status 200. */
  | { raw: string };

/** Decides each answer. */
export type Script = (request: ScriptedRequest) => ScriptedAnswer;

/** A server under way. */
export interface ScriptedServer {
  /** Address for a client, with `/v1`. */
  url: string;
  /** Completions asked for so far. */
  readonly requests: ScriptedRequest[];
  close(): Promise<void>;
}

/** Starts a server on a free port of this machine. */
export async function startScriptedServer(
  script: Script,
  { models = ['scripted'] }: { models?: readonly string[] } = {},
): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/v1/models') {
        return sendJson(response, { data: models.map((id) => ({ id, object: 'model' })) });
      }
      const scripted = await readRequest(request, requests.length);
      requests.push(scripted);
      await answer(script(scripted), scripted, response);
    })().catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Faults in turn, each once, before every `every`-th answer of the script. */
export function withFaults(
  script: Script,
  { faults, every }: { faults: readonly ScriptedAnswer[]; every: number },
): Script {
  let asked = 0;
  let given = 0;
  return (request) => {
    asked++;
    if (asked % every !== 0) return script(request);
    return faults[given++ % faults.length] ?? script(request);
  };
}

async function readRequest(request: IncomingMessage, count: number): Promise<ScriptedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
  const messages = body['messages'] as ScriptedRequest['messages'];
  const parts = messages.flatMap(({ content }) =>
    typeof content === 'string'
      ? [{ type: 'text', text: content }]
      : (content as { type: string; text?: string; image_url?: { url: string } }[]),
  ) as { text?: string; image_url?: { url: string } }[];
  const format = body['response_format'] as { json_schema?: { name?: string } } | undefined;
  return {
    model: String(body['model']),
    messages,
    text: parts.map(({ text }) => text ?? '').join('\n'),
    images: parts.flatMap(({ image_url }) => (image_url === undefined ? [] : [image_url.url])),
    schemaName: format?.json_schema?.name,
    headers: request.headers,
    body,
    count,
  };
}

async function answer(
  scripted: ScriptedAnswer,
  request: ScriptedRequest,
  response: ServerResponse,
): Promise<void> {
  if ('stall' in scripted) {
    if (scripted.stall === 'inside') response.writeHead(200, JSON_TYPE).write('{"choices":');
    return;
  }
  if ('cut' in scripted) {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': 1000 }).write('{"choices":');
    setTimeout(() => response.destroy(), 5);
    return;
  }
  if ('raw' in scripted) {
    response.writeHead(200, JSON_TYPE).end(scripted.raw);
    return;
  }
  if ('status' in scripted) {
    const { status, message = 'scripted', headers = {} } = scripted;
    return sendJson(response, { error: { message } }, { status, headers });
  }
  if (scripted.delayMs !== undefined) await new Promise((go) => setTimeout(go, scripted.delayMs));
  const { reply, model = `${request.model}-2026`, finishReason = 'stop', usage } = scripted;
  const content = typeof reply === 'string' ? reply : JSON.stringify(reply);
  const [promptTokens, completionTokens] = [request.text, content].map((t) =>
    Math.ceil(t.length / 4),
  );
  sendJson(response, {
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage:
      usage === null ? null : { prompt_tokens: promptTokens, completion_tokens: completionTokens },
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

function sendJson(
  response: ServerResponse,
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { ...JSON_TYPE, ...headers }).end(JSON.stringify(value));
}
