import {
  ConfigError,
  type DatasetInput,
  type Metric,
  type ModelOutput,
  type RunStatus,
  type TrackedRun,
} from '@omnict/core';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
} from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { checkKey, LIMITS } from '../mlflow/limits';
import { redactJson, safeValues } from '../redact';
import { type JournalEvent, type RunHeader, storedMetric } from './journal-event';
import { JOURNAL_FILE, journalEvents } from './read-journal';

/**
 * Records a run in an append-only file: one event a line, written before the call returns. What a
 * server gets is read from here, so that nothing is lost when it is away or the process is killed.
 */
export class RunJournal implements TrackedRun {
  readonly runKey: string;
  private readonly path: string;
  private readonly params = new Map<string, string>();

  private constructor(
    private readonly folder: string,
    header: RunHeader,
  ) {
    this.runKey = header.runKey;
    this.path = join(folder, JOURNAL_FILE);
  }

  /** Opens a run's journal; one that exists is continued, a line torn by a crash cut off. */
  static open(
    folder: string,
    header: Omit<RunHeader, 'startTime'> & Partial<Pick<RunHeader, 'startTime'>>,
  ): RunJournal {
    mkdirSync(folder, { recursive: true });
    const complete = { startTime: Date.now(), ...header };
    const journal = new RunJournal(folder, complete);
    const isContinued = existsSync(journal.path) && cutTornLine(journal.path) > 0;
    if (isContinued) {
      for (const { event } of journalEvents(folder)) {
        if (event.type === 'params') journal.remember(event.params);
      }
    } else journal.append({ type: 'run', ...complete });
    return journal;
  }

  logParams(params: Readonly<Record<string, string | number | boolean>>): void {
    const fresh = this.remember(safeValues(params, LIMITS.paramValueLength));
    if (Object.keys(fresh).length > 0) this.append({ type: 'params', params: fresh });
  }

  logMetrics(metrics: readonly Metric[], tags: Readonly<Record<string, string>> = {}): void {
    const stored = metrics.map((metric) => storedMetric({ ...metric, key: checkKey(metric.key) }));
    const safeTags = safeValues(tags, LIMITS.tagValueLength);
    this.append(
      ...(stored.length > 0 ? [{ type: 'metrics', metrics: stored } as const] : []),
      ...(Object.keys(tags).length > 0 ? [{ type: 'tags', tags: safeTags } as const] : []),
    );
  }

  setTags(tags: Readonly<Record<string, string>>): void {
    this.logMetrics([], tags);
  }

  logArtifact(file: string, artifactPath = ''): void {
    const sha256 = digestOf(file);
    this.append({ type: 'artifact', file: this.stored(file), artifactPath, sha256 });
  }

  logInputs(inputs: readonly DatasetInput[]): void {
    this.append({ type: 'inputs', inputs: redactJson(inputs) as DatasetInput[] });
  }

  logModel(folder: string, model: ModelOutput): void {
    this.append({ type: 'model', folder: this.stored(folder), ...model });
  }

  end(status: RunStatus, endTime = Date.now()): void {
    this.append({ type: 'end', status, endTime });
    const handle = openSync(this.path, 'r+');
    fsyncSync(handle);
    closeSync(handle);
  }

  /** Relative: a run folder may be moved, or synchronized from another machine. */
  private stored(file: string): string {
    return relative(resolve(this.folder), resolve(file)).split(sep).join('/');
  }

  /** Params not logged yet. @throws ConfigError for a known one with another value: servers refuse it */
  private remember(params: Record<string, string>): Record<string, string> {
    const fresh = Object.entries(params).filter(([key, value]) => {
      const known = this.params.get(key);
      if (known === undefined || known === value) return known === undefined;
      throw new ConfigError(
        `tracking: param '${key}' of run '${this.runKey}' is '${known}' already, got '${value}'; params are written once; log a metric or a tag, or start another run`,
      );
    });
    for (const [key, value] of fresh) this.params.set(key, value);
    return Object.fromEntries(fresh);
  }

  /** One write: a crash leaves all of the events or none. */
  private append(...events: JournalEvent[]): void {
    if (events.length === 0) return;
    appendFileSync(this.path, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
}

/** Cuts off what a crash left of a line, and returns the bytes that stay. */
function cutTornLine(path: string): number {
  const content = readFileSync(path);
  const end = content.lastIndexOf(0x0a) + 1;
  if (end < content.length) truncateSync(path, end);
  return end;
}

/** SHA-256 of a file, read in blocks: models may be larger than memory. */
function digestOf(file: string): string {
  const hash = createHash('sha256');
  const block = Buffer.alloc(1 << 20);
  const handle = openSync(file, 'r');
  try {
    for (let count = 1; count > 0;) {
      count = readSync(handle, block, 0, block.length, null);
      hash.update(block.subarray(0, count));
    }
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}
