import type { Metric } from '@omnict/core';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileOfJournal } from './file-of-journal';
import { LIMITS } from '../mlflow/limits';
import type { MlflowClient } from '../mlflow/mlflow-client';
import { isRefusal, MlflowError } from '../mlflow/mlflow-error';
import { emptyBatch, halves, type RunBatch } from '../mlflow/run-batch';
import type { MlflowRun } from '../mlflow/runs';
import { readCursor, writeCursor } from './cursor';
import { deleteTwins, findOrCreateRun } from './find-run';
import { ENTITIES_AT_ONCE, lanesOf } from './lanes';
import type { JournalEvent, RunHeader } from './journal-event';
import { lockFolder } from './lock-folder';
import { JOURNAL_FILE, journalEvents } from './read-journal';
import { sendModel } from './send-model';

/** What a synchronization did. */
export interface SyncResult {
  runId: string;
  /** Events sent now. */
  sent: number;
  /** What the server refused of them, and why: left out, so that it holds up nothing else. */
  refused: readonly string[];
}

/**
 * Brings a run's journal to the server, from where the last synchronization stopped.
 *
 * The run is found by its key, so that repeating this, or doing it from another machine, makes no
 * second run. The cursor moves after each few acknowledged requests.
 *
 * @param folder of the run's journal
 * @param filesIn folder that artifacts and models lie in; default: anywhere, for a journal that this
 *   user wrote. Give it for journals that others could have written.
 * @throws MlflowError when the server is away: call again later; FormatError for a damaged journal, or
 *   one that names a file elsewhere
 */
export async function syncJournal(
  folder: string,
  client: MlflowClient,
  filesIn?: string,
): Promise<SyncResult> {
  return new JournalSync(folder, client, filesIn).drain();
}

/** Keeps one journal and a server together; remembers the run between drains. */
export class JournalSync {
  private run: MlflowRun | undefined;
  private offset = 0;
  /** What the server may hold already of the events to come: nothing, what is sent next, or any. */
  private doubt: 'none' | 'next' | 'all' = 'none';
  private readonly held = new Map<string, Set<string>>();
  private refused: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly client: MlflowClient,
    private readonly filesIn?: string,
  ) {}

  /** Sends what the journal holds now. Only one process at a time does so for a journal. */
  async drain(): Promise<SyncResult> {
    const path = join(this.folder, JOURNAL_FILE);
    if (this.run !== undefined && statSync(path).size === this.offset) {
      return { runId: this.run.runId, sent: 0, refused: [] };
    }
    const release = await lockFolder(this.folder, 10);
    if (release === undefined) {
      throw new MlflowError(
        `${path}: another process is bringing it to the server; wait for it and try again`,
        { errorCode: 'BUSY', status: 0 },
      );
    }
    this.refused = [];
    try {
      return { ...(await this.drainLocked()), refused: this.refused };
    } finally {
      await release();
    }
  }

  private async drainLocked(): Promise<Omit<SyncResult, 'refused'>> {
    const run = await this.openRun();
    if (run === undefined) return { runId: '', sent: 0 };
    let sent = 0;
    let [batch, count, end] = [emptyBatch(), 0, this.offset];
    const flush = async (): Promise<void> => {
      if (count > 0) await this.deliver(end, () => this.logAccepted(run, batch));
      sent += count;
      [batch, count] = [emptyBatch(), 0];
    };
    for (const { event, end: next } of journalEvents(this.folder, this.offset)) {
      if (addTo(batch, event)) {
        count++;
        end = next;
        if (sizeOf(batch) >= ENTITIES_AT_ONCE) await flush();
      } else {
        await flush();
        await this.deliver(next, () => this.sendAccepted(run, event));
        if (event.type !== 'run') sent++;
      }
    }
    await flush();
    return { runId: run.runId, sent };
  }

  private async openRun(): Promise<MlflowRun | undefined> {
    if (this.run !== undefined) {
      const cursor = readCursor(this.folder);
      // Another process may have gone on meanwhile.
      if (cursor !== undefined && cursor.offset !== this.offset) this.take(cursor);
      return this.run;
    }
    const header = headerOf(this.folder);
    if (header === undefined) return undefined;
    const { run, isNew } = await findOrCreateRun(header, this.client);
    this.run = run;
    const cursor = readCursor(this.folder);
    if (cursor?.runId === run.runId) this.take(cursor);
    else this.doubt = isNew ? 'none' : 'all'; // another machine, or a lost cursor
    return run;
  }

  private take({ offset, isSending }: { offset: number; isSending: boolean }): void {
    this.offset = offset;
    this.doubt = isSending ? 'next' : 'none';
  }

  /** Does work that brings everything before `end` to the server, and says so before and after. */
  private async deliver(end: number, work: () => Promise<void>): Promise<void> {
    const runId = this.run?.runId ?? '';
    writeCursor(this.folder, { runId, offset: this.offset, isSending: true });
    try {
      await work();
    } catch (error) {
      if (this.doubt === 'none') this.doubt = 'next';
      throw error;
    }
    this.offset = end;
    if (this.doubt === 'next') this.doubt = 'none';
    writeCursor(this.folder, { runId, offset: end, isSending: false });
  }

  /** Logs a batch without what the server refuses: a part of it, looked for by halves. */
  private async logAccepted(run: MlflowRun, batch: RunBatch): Promise<void> {
    try {
      await this.log(run, batch);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Some of it may have been taken before the rest was refused.
      if (this.doubt === 'none') this.doubt = 'next';
      const parts = halves(batch);
      if (parts === undefined) this.refused.push(`${entryOf(batch)}: ${error.message}`);
      else for (const part of parts) await this.logAccepted(run, part);
    }
  }

  private async sendAccepted(run: MlflowRun, event: JournalEvent): Promise<void> {
    try {
      await this.send(run, event);
    } catch (error) {
      if (!isRefusal(error) || event.type === 'end') throw error;
      this.refused.push(`${event.type}: ${error.message}`);
    }
  }

  private async log(run: MlflowRun, batch: RunBatch): Promise<void> {
    const metrics =
      this.doubt === 'none' ? batch.metrics : await this.missing(run.runId, batch.metrics);
    if (sizeOf({ ...batch, metrics }) <= LIMITS.entitiesPerBatch) {
      return this.client.runs.log(run.runId, { ...batch, metrics });
    }
    await this.client.runs.log(run.runId, { params: batch.params, tags: batch.tags });
    const sent = await Promise.allSettled(
      lanesOf(metrics).map((lane) => this.client.runs.log(run.runId, { metrics: lane })),
    );
    // Only now is nothing on its way: an error may be told.
    for (const result of sent) if (result.status === 'rejected') throw result.reason;
  }

  private async missing(runId: string, metrics: readonly Metric[]): Promise<Metric[]> {
    // In doubt about everything the histories are read once, not for every request.
    if (this.doubt === 'next') return this.client.runs.missingMetrics(runId, metrics);
    return this.client.runs.missingMetrics(runId, metrics, this.held);
  }

  private async send(run: MlflowRun, event: JournalEvent): Promise<void> {
    switch (event.type) {
      case 'artifact': {
        const path = [event.artifactPath, basename(event.file)].filter(Boolean).join('/');
        const file = fileOfJournal(this.folder, event.file, this.filesIn);
        return this.client.artifacts.upload(run, path, file);
      }
      case 'inputs':
        return this.client.runs.logInputs(run.runId, event.inputs);
      case 'model':
        return sendModel(event, fileOfJournal(this.folder, event.folder, this.filesIn), {
          run,
          client: this.client,
        });
      case 'end':
        await this.client.runs.end(run.runId, event.status, event.endTime);
        return deleteTwins(run, this.client);
      case 'run':
      case 'params':
      case 'metrics':
      case 'tags':
        return undefined; // told when the run was made, or part of a batch
    }
  }
}

function headerOf(folder: string): RunHeader | undefined {
  for (const { event } of journalEvents(folder)) return event.type === 'run' ? event : undefined;
  return undefined;
}

/** Adds an event to what one request can say; false when it needs a request of its own. */
function addTo(batch: RunBatch, event: JournalEvent): boolean {
  if (event.type === 'params') Object.assign(batch.params, event.params);
  else if (event.type === 'tags') Object.assign(batch.tags, event.tags);
  else if (event.type === 'metrics') {
    for (const metric of event.metrics) {
      batch.metrics.push({ ...metric, value: Number(metric.value) });
    }
  } else return false;
  return true;
}

/** Names the one entry of a batch. */
function entryOf({ params, tags, metrics }: RunBatch): string {
  const [param] = Object.keys(params);
  const [tag] = Object.keys(tags);
  if (param !== undefined) return `param '${param}'`;
  return tag === undefined ? `metric '${metrics[0]?.key ?? ''}'` : `tag '${tag}'`;
}

function sizeOf({ params, tags, metrics }: RunBatch): number {
  return Object.keys(params).length + Object.keys(tags).length + metrics.length;
}
