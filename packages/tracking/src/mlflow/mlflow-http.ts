import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, MlflowError, toMlflowError } from './mlflow-error';

/** How to reach a server. */
export interface MlflowClientOptions {
  /** For instance http://127.0.0.1:5000 */
  uri: string;
  /** Bearer token. */
  token?: string;
  /** Basic authentication. */
  username?: string;
  password?: string;
  /** Milliseconds that one request may take. Default 30,000. */
  timeoutMs?: number;
  /** Tries per request that can be repeated without harm. Default 4. */
  tries?: number;
  tls?: MlflowTls;
}

/** Certificates, in PEM. */
export interface MlflowTls {
  /** Authorities to trust besides the system's. */
  ca?: string;
  /** Client certificate and its key. */
  cert?: string;
  key?: string;
  /** Accept any certificate: for servers with a self-made one, on a trusted network only. */
  insecure?: boolean;
}

/** First pause between tries in ms; doubles each time. */
const RETRY_MS = 250;

/** Longest pause that a server's Retry-After is granted, in ms. */
const LONGEST_PAUSE_MS = 60_000;

/** Requests to a server: authentication, retries, errors in one form. */
export class MlflowHttp {
  private readonly http: AxiosInstance;
  private readonly tries: number;

  constructor({ uri, token, username, password, tls, ...options }: MlflowClientOptions) {
    this.tries = options.tries ?? 4;
    this.http = axios.create({
      baseURL: uri.replace(/\/+$/, ''),
      timeout: options.timeoutMs ?? 30_000,
      maxBodyLength: Infinity,
      proxy: false,
      beforeRedirect: stayOn(uri),
      ...(tls === undefined ? {} : { httpsAgent: agentOf(tls) }),
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
      ...(username === undefined ? {} : { auth: { username, password: password ?? '' } }),
    });
  }

  /** Reads from an endpoint of REST API 2.0. @param endpoint for instance `runs/get` */
  get<T>(endpoint: string, params: Readonly<Record<string, unknown>>): Promise<T> {
    return this.answer<T>({ method: 'GET', url: `${API}/${endpoint}`, params });
  }

  /** Writes to an endpoint; repeated when the server fails, so writing twice must change nothing. */
  post<T = unknown>(endpoint: string, data: unknown): Promise<T> {
    return this.answer<T>({ method: 'POST', url: `${API}/${endpoint}`, data });
  }

  /** As {@link MlflowHttp.request}, of an endpoint that answers in JSON. */
  private async answer<T>(request: AxiosRequestConfig): Promise<T> {
    const data = await this.request<unknown>(request);
    if (typeof data === 'object' && data !== null) return data as T;
    throw new MlflowError(
      `MLflow: ${request.method ?? ''} ${request.url ?? ''} was not answered by MLflow; expected JSON, got ${JSON.stringify(String(data).slice(0, 60))}; a login page or another program answers at this address: correct the uri`,
      { errorCode: 'NOT_MLFLOW', status: 200 },
    );
  }

  /** Any request that can be repeated without harm. @throws MlflowError */
  request<T>(request: AxiosRequestConfig): Promise<T> {
    return this.retried(() => this.once<T>(request));
  }

  /**
   * Repeats work while it fails for a reason that may pass.
   *
   * @param isDone asked before each repetition: whether the failed try had its effect all the same
   */
  async retried<T>(work: () => Promise<T>, isDone?: () => Promise<T | undefined>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error) || attempt >= this.tries) throw error;
        await sleep(pauseOf(error, attempt));
        const done = await isDone?.();
        if (done !== undefined) return done;
      }
    }
  }

  /** One try of one request. @throws MlflowError */
  async once<T>(request: AxiosRequestConfig): Promise<T> {
    try {
      const { data } = await this.http.request<T>(request);
      return data;
    } catch (error) {
      throw toMlflowError(error, `${request.method ?? 'GET'} ${request.url ?? ''}`);
    }
  }
}

/** Root of MLflow's REST API. */
const API = '/api/2.0/mlflow';

/** A redirect stays on the server: others get neither credentials nor records. */
function stayOn(uri: string): (options: Record<string, unknown>) => void {
  const { origin } = new URL(uri);
  return ({ href }) => {
    const target = String(href);
    if (URL.canParse(target) && new URL(target).origin === origin) return;
    throw new MlflowError(
      `MLflow: ${origin} sends requests to another server; expected answers of its own; give the address it names, if you trust it`,
      { errorCode: 'REDIRECTED', status: 0 },
    );
  };
}

function agentOf({ ca, cert, key, insecure = false }: MlflowTls): Agent {
  return new Agent({
    keepAlive: true,
    ca: ca === undefined ? undefined : [...rootCertificates, ca],
    cert,
    key,
    rejectUnauthorized: !insecure,
  });
}

function pauseOf({ retryAfterMs }: MlflowError, attempt: number): number {
  return Math.min(retryAfterMs ?? RETRY_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}
