import type { DatasetInput, Metric, RunStatus } from '@omnict/core';
import { entries, type KeyValue, recordOf } from './key-values';
import { checkKey, LIMITS } from './limits';
import type { MlflowHttp } from './mlflow-http';
import { batches, halves, type RunBatch } from './run-batch';
import { toRawInput } from './dataset-input';
import { MlflowError } from './mlflow-error';

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

/** Runs: params, metrics, tags, inputs. */
export class Runs {
  constructor(private readonly http: MlflowHttp) {}

  /**
   * Starts a run and returns its id.
   *
   * @param tags also `mlflow.runName`, `mlflow.parentRunId`; the first one names the run for good: when
   *   an answer is lost, the run is looked for by it before another one is made
   */
  async create(
    experimentId: string,
    startTime: number,
    tags: Readonly<Record<string, string>>,
  ): Promise<string> {
    const [identity] = entries(tags);
    return this.http.retried(
      async () => {
        const { run } = await this.http.once<{ run: { info: { run_id: string } } }>({
          method: 'POST',
          url: '/api/2.0/mlflow/runs/create',
          data: {
            experiment_id: experimentId,
            start_time: startTime,
            run_name: tags['mlflow.runName'],
            tags: entries(tags),
          },
        });
        return run.info.run_id;
      },
      async () =>
        identity === undefined ? undefined : (await this.withTag(experimentId, identity))[0]?.runId,
    );
  }

  /** One run. @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(runId: string): Promise<MlflowRun> {
    const { run } = await this.http.get<{ run: RawRun }>('runs/get', { run_id: runId });
    return toRun(run);
  }

  /** Runs of experiments that a filter selects. @param filter in MLflow's search language */
  async search(experimentIds: readonly string[], filter = ''): Promise<MlflowRun[]> {
    const found: MlflowRun[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.http.post<{ runs?: RawRun[]; next_page_token?: string }>(
        'runs/search',
        {
          experiment_ids: experimentIds,
          filter,
          max_results: LIMITS.runsPerPage,
          page_token: pageToken,
        },
      );
      found.push(...(page.runs ?? []).map(toRun));
      pageToken = page.next_page_token;
    } while (pageToken);
    return found;
  }

  /** Runs of an experiment that have a tag's value. */
  async withTag(experimentId: string, { key, value }: KeyValue): Promise<MlflowRun[]> {
    const quote = value.includes("'") ? '"' : "'";
    // MLflow's language has no escapes: with both quotes, any character may stand for one of them.
    const test = value.includes(quote)
      ? `LIKE ${quote}${value.replaceAll(quote, '_')}${quote}`
      : `= ${quote}${value}${quote}`;
    const found = await this.search([experimentId], `tags.\`${checkKey(key)}\` ${test}`);
    return found.filter(({ tags }) => tags[key] === value);
  }

  /** Marks a run as deleted; the server can restore it. */
  async delete(runId: string): Promise<void> {
    await this.http.post('runs/delete', { run_id: runId });
  }

  /** Sets a run's end. */
  async end(runId: string, status: RunStatus, endTime: number): Promise<void> {
    await this.http.post('runs/update', { run_id: runId, status, end_time: endTime });
  }

  /**
   * Logs params, tags and metrics, in as many requests as limits ask for.
   *
   * Params and tags may be written twice. Metrics are appended by the server: when a request may or may
   * not have arrived, the history is read before it is sent again, so that no value is doubled.
   */
  async log(runId: string, values: Partial<RunBatch>): Promise<void> {
    for (const batch of batches(values)) await this.logBatch(runId, batch);
  }

  private async logBatch(runId: string, batch: RunBatch): Promise<void> {
    try {
      await this.http.retried(
        () =>
          this.http.once<unknown>({
            method: 'POST',
            url: '/api/2.0/mlflow/runs/log-batch',
            data: { run_id: runId, ...toRawBatch(batch) },
          }),
        () => this.arrived(runId, batch.metrics),
      );
    } catch (error) {
      const parts = halves(batch);
      // A proxy before the server may take less than MLflow does.
      if (!(error instanceof MlflowError) || error.status !== 413 || parts === undefined)
        throw error;
      for (const part of parts) await this.logBatch(runId, part);
    }
  }

  /** Says which datasets a run reads. Saying it again changes nothing. */
  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    await this.http.post('runs/log-inputs', {
      run_id: runId,
      datasets: inputs.map(toRawInput),
    });
  }

  /** All values of a metric, oldest first. */
  async metricHistory(runId: string, key: string): Promise<Metric[]> {
    const history: Metric[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.http.get<{ metrics?: RawMetric[]; next_page_token?: string }>(
        'metrics/get-history',
        {
          run_id: runId,
          metric_key: key,
          max_results: LIMITS.historyPerPage,
          page_token: pageToken,
        },
      );
      history.push(...(page.metrics ?? []).map(toMetric));
      pageToken = page.next_page_token;
    } while (pageToken);
    return history;
  }

  /**
   * The metrics that the server does not hold yet.
   *
   * @param held histories read so far, by key; kept there for the next call
   */
  async missingMetrics(
    runId: string,
    metrics: readonly Metric[],
    held = new Map<string, Set<string>>(),
  ): Promise<Metric[]> {
    for (const key of new Set(metrics.map((metric) => metric.key))) {
      if (!held.has(key))
        held.set(key, new Set((await this.metricHistory(runId, key)).map(nameOf)));
    }
    return metrics.filter((metric) => held.get(metric.key)?.has(nameOf(metric)) !== true);
  }

  private async arrived(runId: string, sent: readonly Metric[]): Promise<true | undefined> {
    const last = sent.at(-1);
    if (last === undefined) return undefined; // params and tags: sending again does no harm
    // The server writes a batch's metrics in one transaction, after its params: one stands for all.
    return (await this.missingMetrics(runId, [last])).length === 0 ? true : undefined;
  }
}

function nameOf({ key, step, timestamp, value }: Metric): string {
  return `${key}\n${step}\n${timestamp}\n${value}`;
}

interface RawMetric {
  key: string;
  /** NaN and infinities come as text, as protocol buffers write them in JSON. */
  value: number | string;
  timestamp: number | string;
  step?: number | string;
}

interface RawRun {
  info: { run_id: string; experiment_id: string; status: string; artifact_uri: string };
  data?: { params?: KeyValue[]; tags?: KeyValue[]; metrics?: RawMetric[] };
}

function toRun({ info, data = {} }: RawRun): MlflowRun {
  return {
    runId: info.run_id,
    experimentId: info.experiment_id,
    status: info.status,
    artifactUri: info.artifact_uri,
    params: recordOf(data.params),
    tags: recordOf(data.tags),
    metrics: recordOf((data.metrics ?? []).map(toMetric)),
  };
}

function toRawBatch({ params, tags, metrics }: RunBatch): Record<string, unknown> {
  return {
    ...(metrics.length > 0 && {
      // Protocol buffers write NaN and infinities as text in JSON.
      metrics: metrics.map((metric) =>
        Number.isFinite(metric.value) ? metric : { ...metric, value: String(metric.value) },
      ),
    }),
    ...(Object.keys(params).length > 0 && { params: entries(params) }),
    ...(Object.keys(tags).length > 0 && { tags: entries(tags) }),
  };
}

function toMetric({ key, value, timestamp, step = 0 }: RawMetric): Metric {
  return { key, value: Number(value), timestamp: Number(timestamp), step: Number(step) };
}
