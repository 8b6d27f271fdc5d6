import { serve as listen, type ServerType } from '@hono/node-server';
import { ConfigError } from '@omnict/core';
import type { OpenOmniCT } from '@omnict/model';
import { Hono } from 'hono';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApiError, errorReply } from './api-error';
import { Asking } from './asking';
import { addAssets, PAGE_FOLDER } from './assets';
import { sameSiteOnly, securityHeaders, tokenRequired } from './guard';
import { DEFAULT_LIMITS, type Limits } from './limits';
import { addOpenAiApi } from './openai-api';
import { addPageApi } from './page-api';
import { BodyReader } from './read-body';
import { UploadStore } from './upload-store';

/** How a model is served. */
export interface ServeOptions {
  /** Name of the model in requests and on the page. */
  name: string;
  /** Default 127.0.0.1; on any other address a token is required. */
  host?: string;
  /** Default: a free one. */
  port?: number;
  /** What clients must know; default: none on 127.0.0.1, else a random one. */
  token?: string | undefined;
  limits?: Partial<Limits>;
  /** Folder of the built page. */
  page?: string;
  /** Told of faults of the program itself. */
  onError?: (error: unknown) => void;
}

/** A server that answers. */
export interface RunningServer {
  /** With `/` at its end; the page's address holds the token, where there is one. */
  url: string;
  token: string | undefined;
  /** Ends open answers, and deletes what clients sent. */
  close: () => Promise<void>;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** How long a client may take to send a request: a large upload over a slow line takes its time. */
const REQUEST_MS = 15 * 60_000;

/**
 * Serves a model: a page to look at a CT and ask about it, and OpenAI's chat API.
 *
 * The server listens to this machine alone unless told otherwise, and then wants a token. What clients send
 * lies in a temporary folder, bounded, and is gone at the end.
 *
 * @throws ConfigError when the address cannot be listened to
 * @example
 * const omnict = await openOmniCT('omnict-tiny');
 * const server = await serveOmniCT(omnict, { name: 'omnict-tiny' });
 * console.log(server.url);
 */
export async function serveOmniCT(
  omnict: OpenOmniCT,
  options: ServeOptions,
): Promise<RunningServer> {
  const { name, host = '127.0.0.1', port = 0, onError = () => undefined } = options;
  const isLocal = LOOPBACK.includes(host);
  const token = options.token ?? (isLocal ? undefined : randomBytes(18).toString('base64url'));
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const store = await UploadStore.create(limits);
  const asking = new Asking(omnict, limits);
  const bodies = new BodyReader(limits);
  const app = new Hono();
  app.use(securityHeaders());
  app.use(sameSiteOnly(token));
  if (token !== undefined) app.use(tokenRequired(token));
  const parts = { model: name, asking, store, bodies, limits, onError };
  addOpenAiApi(app, parts);
  addPageApi(app, parts);
  addAssets(app, options.page ?? PAGE_FOLDER);
  app.notFound(() => {
    throw new ApiError(404, 'there is nothing at this address', { code: 'not_found' });
  });
  app.onError((error, c) => {
    const { status, body } = errorReply(error, (text) => store.withoutPaths(text));
    if (status === 500) onError(error);
    return c.json(body, status);
  });
  const server = await listening(app, { host, port }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const { port: taken } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${taken}/`,
    token,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await store.close();
    },
  };
}

function listening(app: Hono, { host, port }: { host: string; port: number }): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = listen({ fetch: app.fetch, hostname: host, port }, () => resolve(server));
    // Node's own limit of a minute for the headers stays: a client that says nothing is let go.
    if ('requestTimeout' in server) server.requestTimeout = REQUEST_MS;
    server.once('error', (cause: Error) => {
      const reason = `${host}:${port} cannot be listened to (${cause.message})`;
      reject(new ConfigError(`serve: ${reason}; choose another --host or --port`, { cause }));
    });
  });
}
