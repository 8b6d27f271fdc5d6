import { printable } from '@omnict/core';

/** Where a command writes. */
export interface Output {
  /** Results: text, or one JSON document with `--json`. */
  out: (text: string) => void;
  /** Progress, warnings and errors; never mixed into results. */
  err: (text: string) => void;
  /** True when progress may be redrawn in place. */
  isTerminal: boolean;
}

/** What we ourselves tell a terminal: carriage return, erase line. */
// eslint-disable-next-line no-control-regex -- exactly those are meant
const ERASE = /^\r\u001b\[2?K/;

/** A text as a terminal may have it: names of files, words of servers and specs are part of it. */
export function shown(text: string): string {
  const [own = ''] = ERASE.exec(text) ?? [];
  return own + printable(text.slice(own.length), '\n\t');
}

/** The process's own streams. */
export const PROCESS_OUTPUT: Output = {
  out: (text) => process.stdout.write(shown(text)),
  err: (text) => process.stderr.write(shown(text)),
  isTerminal: process.stderr.isTTY === true,
};

/** Prints a result: as JSON, or as the text that people read. */
export function printResult(
  { out }: Output,
  result: unknown,
  { json, text }: { json: boolean | undefined; text: () => string },
): void {
  const content = json === true ? JSON.stringify(result, null, 2) : text();
  out(content.endsWith('\n') ? content : `${content}\n`);
}
