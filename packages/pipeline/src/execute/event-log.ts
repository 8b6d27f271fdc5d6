import { appendFileSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isPlainObject } from '../spec/paths';

const APPEND =
  constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

/** Appends one event a line; whole lines, also when several processes write. */
export function appendEvent(path: string, event: unknown): void {
  appendLine(path, JSON.stringify(event));
}

/**
 * Appends a line, behind one that a killed process could not finish. A link in the file's place, which
 * somebody planted, is an error.
 */
export function appendLine(path: string, line: string): void {
  const file = openSync(path, APPEND, 0o666);
  try {
    appendFileSync(file, `${endsInLine(file) ? '' : '\n'}${line}\n`);
  } finally {
    closeSync(file);
  }
}

function endsInLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
}

/** Reads the events that were appended to a file since the last look. */
export class EventReader<T> {
  private position = 0;
  private rest = '';

  constructor(private readonly path: string) {}

  /** New events in order; none while there is no file. */
  async read(): Promise<T[]> {
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch {
      return [];
    }
    try {
      const { size } = await file.stat();
      if (size < this.position) [this.position, this.rest] = [0, '']; // another file took its place
      if (size === this.position) return [];
      const buffer = Buffer.alloc(size - this.position);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.position);
      this.position += bytesRead;
      // Cut after the last line end: what follows it is still being written, maybe within a character.
      const whole = Buffer.concat([
        Buffer.from(this.rest, 'latin1'),
        buffer.subarray(0, bytesRead),
      ]);
      const end = whole.lastIndexOf(0x0a) + 1;
      this.rest = whole.subarray(end).toString('latin1');
      return whole
        .subarray(0, end)
        .toString('utf8')
        .split('\n')
        .flatMap(parsed<T>);
    } finally {
      await file.close();
    }
  }
}

function parsed<T>(line: string): T[] {
  if (line === '') return [];
  try {
    const event: unknown = JSON.parse(line);
    return isPlainObject(event) ? [event as T] : [];
  } catch {
    return []; // cut by a process that was killed
  }
}
