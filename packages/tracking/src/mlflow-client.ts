import type { Metric, RunStatus } from '@omnict/nn';
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkKey, LIMITS } from './limits';
import { MlflowError } from './mlflow-error';

/** How to reach a server. */
export interface MlflowClientOptions {
  /** For instance http://127.0.0.1:5000 */
  uri: string;
  /** Bearer token. */
  token?: string;
  /** Basic authentication. */
  username?: string;
  password?: string;
  timeoutMs?: number;
  /** Tries per request that can be repeated without harm. Default 4. */
  tries?: number;
}

/** A run on the server. */
export interface MlflowRun {
  runId: string;
  experimentId: string;
  status: string;
  artifactUri: string;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** Last value of each metric. */
  metrics: Record<string, number>;
}

/** First pause between tries; doubles each time. */
const RETRY_MS = 250;

/** Statuses that a later try may not meet again. */
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

/** MLflow's REST API 2.0: experiments, runs, batches, artifacts. */
export class MlflowClient {
  private readonly http: AxiosInstance;
  private readonly tries: number;

  constructor({
    uri,
    token,
    username,
    password,
    timeoutMs = 30_000,
    tries = 4,
  }: MlflowClientOptions) {
    this.tries = tries;
    this.http = axios.create({
      baseURL: uri.replace(/\/+$/, ''),
      timeout: timeoutMs,
      maxBodyLength: Infinity,
      proxy: false,
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
      ...(username === undefined ? {} : { auth: { username, password: password ?? '' } }),
    });
  }

  /** Id of an experiment, made when it does not exist; a deleted one is an error of the server. */
  async experiment(name: string): Promise<string> {
    try {
      const found = await this.call<{ experiment: { experiment_id: string } }>({
        method: 'GET',
        url: '/api/2.0/mlflow/experiments/get-by-name',
        params: { experiment_name: name },
      });
      return found.experiment.experiment_id;
    } catch (error) {
      if (!(error instanceof MlflowError) || error.errorCode !== 'RESOURCE_DOES_NOT_EXIST')
        throw error;
    }
    try {
      const made = await this.post<{ experiment_id: string }>('experiments/create', { name });
      return made.experiment_id;
    } catch (error) {
      // Two at once: the other one made it.
      if (error instanceof MlflowError && error.errorCode === 'RESOURCE_ALREADY_EXISTS')
        return this.experiment(name);
      throw error;
    }
  }

  /** Starts a run. @param tags also `mlflow.runName`, `mlflow.parentRunId` */
  async createRun(
    experimentId: string,
    startTime: number,
    tags: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { run } = await this.post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: experimentId,
      start_time: startTime,
      run_name: tags['mlflow.runName'],
      tags: entries(tags),
    });
    return run.info.run_id;
  }

  /** Runs of an experiment that have a tag's value. */
  async findRuns(experimentId: string, tag: { key: string; value: string }): Promise<MlflowRun[]> {
    const filter = `tags.\`${checkKey(tag.key)}\` = '${tag.value.replaceAll("'", '')}'`;
    const { runs = [] } = await this.post<{ runs?: RawRun[] }>('runs/search', {
      experiment_ids: [experimentId],
      filter,
      max_results: 1000,
    });
    return runs.map(toRun);
  }

  /** One run. */
  async run(runId: string): Promise<MlflowRun> {
    const { run } = await this.call<{ run: RawRun }>({
      method: 'GET',
      url: '/api/2.0/mlflow/runs/get',
      params: { run_id: runId },
    });
    return toRun(run);
  }

  /** Sets a run's end. */
  async endRun(runId: string, status: RunStatus, endTime: number): Promise<void> {
    await this.post('runs/update', { run_id: runId, status, end_time: endTime });
  }

  /** Params and tags in as many requests as limits ask for. Writing the same again changes nothing. */
  async logParamsAndTags(
    runId: string,
    params: Readonly<Record<string, string>>,
    tags: Readonly<Record<string, string>>,
  ): Promise<void> {
    for (const part of chunks(entries(params), LIMITS.paramsPerBatch)) {
      await this.post('runs/log-batch', { run_id: runId, params: part });
    }
    for (const part of chunks(entries(tags), LIMITS.tagsPerBatch)) {
      await this.post('runs/log-batch', { run_id: runId, tags: part });
    }
  }

  /**
   * Metrics, in as many requests as limits ask for. The server appends: when a request may or may not
   * have arrived, the history is read before it is sent again, so that no value is doubled.
   */
  async logMetrics(runId: string, metrics: readonly Metric[]): Promise<void> {
    for (const part of chunks(metrics, LIMITS.metricsPerBatch)) {
      for (let attempt = 1; ; attempt++) {
        try {
          await this.once({
            method: 'POST',
            url: '/api/2.0/mlflow/runs/log-batch',
            data: { run_id: runId, metrics: part },
          });
          break;
        } catch (error) {
          if (!(error instanceof MlflowError) || !isTransient(error) || attempt >= this.tries)
            throw error;
          await sleep(RETRY_MS * 2 ** (attempt - 1));
          if (await this.arrived(runId, part)) break;
        }
      }
    }
  }

  /** All values of a metric, oldest first. */
  async metricHistory(runId: string, key: string): Promise<Metric[]> {
    const history: Metric[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.call<{ metrics?: RawMetric[]; next_page_token?: string }>({
        method: 'GET',
        url: '/api/2.0/mlflow/metrics/get-history',
        params: { run_id: runId, metric_key: key, page_token: pageToken },
      });
      history.push(...(page.metrics ?? []).map(toMetric));
      pageToken = page.next_page_token === '' ? undefined : page.next_page_token;
    } while (pageToken !== undefined);
    return history;
  }

  /** Uploads a file through the server's artifact proxy. @param path inside the run's artifacts */
  async uploadArtifact(
    run: Pick<MlflowRun, 'artifactUri'>,
    path: string,
    file: string,
  ): Promise<void> {
    const { size } = await stat(file);
    await this.retried(() =>
      this.once({
        method: 'PUT',
        url: this.artifactUrl(run, path),
        data: createReadStream(file),
        headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(size) },
      }),
    );
  }

  /** Content of an artifact. */
  async downloadArtifact(run: Pick<MlflowRun, 'artifactUri'>, path: string): Promise<Buffer> {
    return this.retried(async () =>
      Buffer.from(
        await this.once<ArrayBuffer>({
          method: 'GET',
          url: this.artifactUrl(run, path),
          responseType: 'arraybuffer',
        }),
      ),
    );
  }

  private artifactUrl({ artifactUri }: Pick<MlflowRun, 'artifactUri'>, path: string): string {
    const prefix = /^mlflow-artifacts:\/*/;
    if (!prefix.test(artifactUri)) {
      throw new MlflowError(
        `MLflow: artifacts lie at ${artifactUri.split(':')[0]}:, not behind the server; start it with --artifacts-destination, or copy the files there`,
        { errorCode: 'UNSUPPORTED_ARTIFACT_STORE', status: 0 },
      );
    }
    const folder = artifactUri.replace(prefix, '');
    return `/api/2.0/mlflow-artifacts/artifacts/${[...folder.split('/'), ...path.split('/')].map(encodeURIComponent).join('/')}`;
  }

  private async arrived(runId: string, sent: readonly Metric[]): Promise<boolean> {
    const last = sent.at(-1);
    if (last === undefined) return true;
    // The server writes a batch in one transaction: its last value stands for all.
    const history = await this.metricHistory(runId, last.key);
    return history.some(
      ({ step, timestamp, value }) =>
        step === last.step && timestamp === last.timestamp && value === last.value,
    );
  }

  private post<T = unknown>(endpoint: string, data: unknown): Promise<T> {
    return this.call<T>({ method: 'POST', url: `/api/2.0/mlflow/${endpoint}`, data });
  }

  private call<T>(request: AxiosRequestConfig): Promise<T> {
    return this.retried(() => this.once<T>(request));
  }

  private async retried<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof MlflowError) || !isTransient(error) || attempt >= this.tries)
          throw error;
        await sleep(RETRY_MS * 2 ** (attempt - 1));
      }
    }
  }

  private async once<T>(request: AxiosRequestConfig): Promise<T> {
    try {
      const { data } = await this.http.request<T>(request);
      return data;
    } catch (error) {
      throw toMlflowError(error, `${request.method ?? 'GET'} ${request.url ?? ''}`);
    }
  }
}

interface RawMetric {
  key: string;
  value: number;
  timestamp: number | string;
  step?: number | string;
}

interface RawRun {
  info: { run_id: string; experiment_id: string; status: string; artifact_uri: string };
  data?: {
    params?: { key: string; value: string }[];
    tags?: { key: string; value: string }[];
    metrics?: RawMetric[];
  };
}

function toRun({ info, data = {} }: RawRun): MlflowRun {
  const record = <T>(list: { key: string; value: T }[] = []): Record<string, T> =>
    Object.fromEntries(list.map(({ key, value }) => [key, value]));
  return {
    runId: info.run_id,
    experimentId: info.experiment_id,
    status: info.status,
    artifactUri: info.artifact_uri,
    params: record(data.params),
    tags: record(data.tags),
    metrics: record(data.metrics),
  };
}

function toMetric({ key, value, timestamp, step = 0 }: RawMetric): Metric {
  return { key, value, timestamp: Number(timestamp), step: Number(step) };
}

function toMlflowError(error: unknown, request: string): MlflowError {
  if (!isAxiosError(error))
    return new MlflowError(`MLflow: ${request} failed: ${String(error)}`, {
      errorCode: 'UNKNOWN',
      status: 0,
      cause: error,
    });
  const { response } = error;
  if (response === undefined) {
    return new MlflowError(
      `MLflow: ${request} got no answer (${error.code ?? error.message}); the journal keeps everything; check the server, then run 'omnict sync'`,
      { errorCode: 'UNREACHABLE', status: 0, cause: error },
    );
  }
  const body = response.data as { error_code?: string; message?: string } | undefined;
  const code = body?.error_code ?? `HTTP_${response.status}`;
  const hint =
    response.status === 403
      ? '; the server may refuse this host name: start it with --allowed-hosts'
      : response.status === 401
        ? '; check token or user name'
        : '';
  return new MlflowError(
    `MLflow: ${request} was refused (${response.status} ${code}): ${body?.message ?? 'no message'}${hint}`,
    { errorCode: code, status: response.status, cause: error },
  );
}

/** A 500 may be MLflow's way to say that input is wrong; its error_code tells. */
function isTransient({ status, errorCode }: MlflowError): boolean {
  return (
    errorCode === 'UNREACHABLE' ||
    (TRANSIENT.has(status) && !/INVALID|EXISTS|NOT_EXIST/.test(errorCode))
  );
}

function entries(values: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}
