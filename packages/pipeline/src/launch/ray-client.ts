import { UnsupportedError } from '@omnict/core';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** State of a Ray job. */
type RayState = 'PENDING' | 'RUNNING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED';

/** What Ray tells about a job. */
export interface RayJob {
  status: RayState;
  message: string | null;
}

/** What Ray is told about a job. */
export interface RaySubmission {
  submission_id: string;
  entrypoint: string;
  runtime_env: { env_vars: Record<string, string> };
  entrypoint_num_cpus: number;
  entrypoint_num_gpus?: number;
  entrypoint_memory?: number;
  metadata: Record<string, string>;
}

/** Answers later than this count as none. */
const TIMEOUT_MS = 30_000;

/** Ray's REST interface for jobs. */
export class RayClient {
  constructor(
    private readonly address: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** Ray's version. @throws UnsupportedError when nothing answers */
  async version(): Promise<string> {
    const { ray_version: version } = await this.ask<{ ray_version: string }>('/api/version');
    return version;
  }

  /** Starts a job; one that is known already is left as it is. */
  async submit(submission: RaySubmission): Promise<void> {
    try {
      await this.ask('/api/jobs/', { method: 'POST', body: JSON.stringify(submission) });
    } catch (error) {
      // A known id answers 500; so do true faults, which the job's absence tells apart.
      if ((await this.job(submission.submission_id)) === null) throw error;
    }
  }

  /** A job; null when Ray does not know it. */
  async job(id: string): Promise<RayJob | null> {
    const response = await this.send(`/api/jobs/${id}`);
    if (response.status === 404) return null;
    return this.bodyOf<RayJob>(response, `/api/jobs/${id}`);
  }

  /** Asks a job to end: SIGTERM, after three seconds SIGKILL. */
  async stop(id: string): Promise<void> {
    await this.ask(`/api/jobs/${id}/stop`, { method: 'POST' });
  }

  private async ask<T>(path: string, init: RequestOptions = {}): Promise<T> {
    return this.bodyOf<T>(await this.send(path, init), path);
  }

  private async send(path: string, init: RequestOptions = {}): Promise<RayAnswer> {
    const headers = { 'content-type': 'application/json', ...this.headers };
    try {
      return await send(new URL(path, this.address), { ...init, headers });
    } catch (error) {
      throw new UnsupportedError(
        `ray launcher: ${this.address} does not answer; expected the dashboard of a Ray cluster; start it (ray start --head) or correct the profile's address`,
        { cause: error },
      );
    }
  }

  private bodyOf<T>({ status, text }: RayAnswer, path: string): T {
    if (status < 300) return JSON.parse(text === '' ? 'null' : text) as T;
    throw new UnsupportedError(
      `ray launcher: ${this.address}${path} answers ${status}: ${text.trim().split('\n').at(-1) ?? ''}; look at the cluster's dashboard`,
    );
  }
}

interface RequestOptions {
  method?: 'GET' | 'POST';
  body?: string;
  headers?: Record<string, string>;
}

interface RayAnswer {
  status: number;
  text: string;
}

/** Node's own client: `fetch` sends headers of browsers, which Ray turns away. */
async function send(
  url: URL,
  { method = 'GET', body, headers }: RequestOptions,
): Promise<RayAnswer> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((done, fail) => {
    const sent = request(url, { method, headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        done({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', fail);
    sent.end(body);
  });
}
