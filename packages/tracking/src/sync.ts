import type { Metric } from '@omnict/nn';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readJournal } from './journal';
import type { JournalEvent, RunHeader } from './journal-event';
import type { MlflowClient, MlflowRun } from './mlflow-client';
import { MlflowError } from './mlflow-error';

/** Tag by which a journal's run is found again on the server. */
export const RUN_KEY_TAG = 'omnict.run_key';

/** Says how many events of the journal the server has acknowledged. */
const CURSOR_FILE = 'cursor.json';

/** What a synchronization did. */
export interface SyncResult {
  runId: string;
  /** Events sent now. */
  sent: number;
}

/**
 * Brings a run's journal to the server, from where the last synchronization stopped.
 *
 * The run is found by its key, so that repeating this, or doing it from another machine, makes no
 * second run. The cursor moves after each acknowledged event.
 *
 * @param folder of the run's journal @throws MlflowError when the server is away: call again later
 */
export async function syncJournal(folder: string, client: MlflowClient): Promise<SyncResult> {
  const events = readJournal(folder);
  const header = events.find((event) => event.type === 'run');
  if (header === undefined) return { runId: '', sent: 0 };
  const run = await findOrCreate(header, client);
  const cursorPath = join(folder, CURSOR_FILE);
  const first = readCursor(cursorPath, run.runId);
  for (let index = first; index < events.length; index++) {
    await send(events[index] as JournalEvent, { folder, run, client, isFirst: index === first });
    writeCursor(cursorPath, { runId: run.runId, next: index + 1 });
  }
  return { runId: run.runId, sent: events.length - first };
}

async function findOrCreate(header: RunHeader, client: MlflowClient): Promise<MlflowRun> {
  const experimentId = await client.experiment(header.experiment);
  const find = async (key: string): Promise<MlflowRun | undefined> =>
    (await client.findRuns(experimentId, { key: RUN_KEY_TAG, value: key }))[0];
  const known = await find(header.runKey);
  if (known !== undefined) return known;
  const tags: Record<string, string> = {
    [RUN_KEY_TAG]: header.runKey,
    'mlflow.runName': header.name,
  };
  if (header.parentRunKey !== undefined) {
    const parent = await find(header.parentRunKey);
    if (parent === undefined) {
      throw new MlflowError(
        `MLflow: parent run '${header.parentRunKey}' is not on the server; synchronize it first`,
        { errorCode: 'PARENT_MISSING', status: 0 },
      );
    }
    tags['mlflow.parentRunId'] = parent.runId;
  }
  return client.run(await client.createRun(experimentId, header.startTime, tags));
}

async function send(
  event: JournalEvent,
  {
    folder,
    run,
    client,
    isFirst,
  }: { folder: string; run: MlflowRun; client: MlflowClient; isFirst: boolean },
): Promise<void> {
  switch (event.type) {
    case 'run':
      return;
    case 'params':
      return client.logParamsAndTags(run.runId, event.params, {});
    case 'tags':
      return client.logParamsAndTags(run.runId, {}, event.tags);
    case 'metrics':
      // Only the first event can have been sent by a process that died before it moved the cursor.
      return client.logMetrics(
        run.runId,
        isFirst ? await unsent(event.metrics, run, client) : event.metrics,
      );
    case 'artifact': {
      const path = [event.artifactPath, basename(event.file)]
        .filter((part) => part !== '')
        .join('/');
      return client.uploadArtifact(run, path, join(folder, event.file));
    }
    case 'end':
      return client.endRun(run.runId, event.status, event.endTime);
  }
}

async function unsent(
  metrics: readonly Metric[],
  run: MlflowRun,
  client: MlflowClient,
): Promise<Metric[]> {
  const known = new Set<string>();
  const name = ({ key, step, timestamp, value }: Metric): string =>
    `${key}\n${step}\n${timestamp}\n${value}`;
  for (const key of new Set(metrics.map((metric) => metric.key))) {
    if (!(key in run.metrics)) continue;
    for (const metric of await client.metricHistory(run.runId, key)) known.add(name(metric));
  }
  return metrics.filter((metric) => !known.has(name(metric)));
}

/** Another server, or a deleted run, starts anew. */
function readCursor(path: string, runId: string): number {
  if (!existsSync(path)) return 0;
  const cursor = JSON.parse(readFileSync(path, 'utf8')) as { runId: string; next: number };
  return cursor.runId === runId ? cursor.next : 0;
}

function writeCursor(path: string, cursor: { runId: string; next: number }): void {
  const temporary = `${path}.partial`;
  writeFileSync(temporary, JSON.stringify(cursor));
  renameSync(temporary, path);
}
