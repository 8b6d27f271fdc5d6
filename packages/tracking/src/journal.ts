import { FormatError, type Metric, type RunStatus, type TrackedRun } from '@omnict/nn';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { JournalEvent, RunHeader } from './journal-event';
import { checkKey, LIMITS, safeValues } from './limits';

/** File of a run's folder that holds everything logged about it. */
export const JOURNAL_FILE = 'journal.jsonl';

/**
 * Records a run in an append-only file: one event a line, written before the call returns. What a
 * server gets is read from here, so that nothing is lost when it is away or the process is killed.
 */
export class RunJournal implements TrackedRun {
  readonly runKey: string;
  private readonly path: string;

  private constructor(
    private readonly folder: string,
    header: RunHeader,
  ) {
    this.runKey = header.runKey;
    this.path = join(folder, JOURNAL_FILE);
  }

  /** Opens a run's journal; one that exists is continued, a line torn by a crash cut off. */
  static open(folder: string, header: Omit<RunHeader, 'startTime'>): RunJournal {
    mkdirSync(folder, { recursive: true });
    const complete = { ...header, startTime: Date.now() };
    const journal = new RunJournal(folder, complete);
    if (existsSync(journal.path)) cutTornLine(journal.path);
    else journal.append({ type: 'run', ...complete });
    return journal;
  }

  logParams(params: Readonly<Record<string, string | number | boolean>>): void {
    this.append({ type: 'params', params: safeValues(params, LIMITS.paramValueLength) });
  }

  logMetrics(metrics: readonly Metric[]): void {
    if (metrics.length === 0) return;
    this.append({
      type: 'metrics',
      metrics: metrics.map((metric) => ({ ...metric, key: checkKey(metric.key) })),
    });
  }

  setTags(tags: Readonly<Record<string, string>>): void {
    this.append({ type: 'tags', tags: safeValues(tags, LIMITS.tagValueLength) });
  }

  logArtifact(file: string, artifactPath = ''): void {
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    // Relative: a run folder may be moved or synchronized from another machine.
    const stored = relative(this.folder, resolve(file)).split(sep).join('/');
    this.append({ type: 'artifact', file: stored, artifactPath, sha256 });
  }

  end(status: RunStatus): void {
    this.append({ type: 'end', status, endTime: Date.now() });
    const handle = openSync(this.path, 'r+');
    fsyncSync(handle);
    closeSync(handle);
  }

  private append(event: JournalEvent): void {
    appendFileSync(this.path, `${JSON.stringify(event)}\n`);
  }
}

/** Events of a run, a torn last line left out. @throws FormatError for a damaged line before it */
export function readJournal(folder: string): JournalEvent[] {
  const path = join(folder, JOURNAL_FILE);
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop(); // behind the last newline: nothing, or a torn line
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as JournalEvent;
    } catch (error) {
      throw new FormatError(
        `${path}:${index + 1}: is not JSON; expected one event a line; restore the file or remove the line`,
        { cause: error },
      );
    }
  });
}

function cutTornLine(path: string): void {
  const content = readFileSync(path);
  const end = content.lastIndexOf(0x0a) + 1;
  if (end < content.length) truncateSync(path, end);
}
