import { FormatError, MissingDataError } from '@omnict/core';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEvent } from './journal-event';

/** File of a run's folder that holds everything logged about it. */
export const JOURNAL_FILE = 'journal.jsonl';

/** Bytes read at once: a journal may hold millions of metrics. */
const BLOCK_BYTES = 1 << 20;

/** Longest line we believe in, in bytes. */
const LONGEST_LINE = 64 << 20;

/** An event, and the byte behind its line. */
export interface LocatedEvent {
  event: JournalEvent;
  end: number;
}

/** Events of a run, a torn last line left out. @throws MissingDataError, FormatError for a damaged line */
export function readJournal(folder: string): JournalEvent[] {
  return Array.from(journalEvents(folder), ({ event }) => event);
}

/** Events of a run from a byte on, block by block; a last line without an end is not there yet. */
export function* journalEvents(folder: string, start = 0): Generator<LocatedEvent> {
  const path = join(folder, JOURNAL_FILE);
  const handle = open(path);
  try {
    let rest = Buffer.alloc(0);
    let offset = start;
    for (let position = start; ;) {
      const block = Buffer.alloc(BLOCK_BYTES);
      const count = readSync(handle, block, 0, BLOCK_BYTES, position);
      if (count === 0) return;
      position += count;
      rest = Buffer.concat([rest, block.subarray(0, count)]);
      let first = 0;
      for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a, first)) {
        const event = parseLine(rest.toString('utf8', first, end), path, offset);
        offset += end + 1 - first;
        first = end + 1;
        yield { event, end: offset };
      }
      rest = rest.subarray(first);
      if (rest.length > LONGEST_LINE) throw damaged(path, offset);
    }
  } finally {
    closeSync(handle);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new MissingDataError(
      `${path}: cannot be read; expected the journal of a run; check the folder`,
      { cause: error },
    );
  }
}

function parseLine(line: string, path: string, offset: number): JournalEvent {
  try {
    return JSON.parse(line) as JournalEvent;
  } catch (error) {
    throw damaged(path, offset, error);
  }
}

function damaged(path: string, offset: number, cause?: unknown): FormatError {
  return new FormatError(
    `${path}: byte ${offset}: is not a line of JSON; expected one event a line; restore the file or remove the line`,
    { cause },
  );
}
