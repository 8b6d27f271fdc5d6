import { printable } from '@omnict/core';
import { coloured, hasColour } from './colour';

/** Where a command writes. */
export interface Output {
  /** Results for programs: exactly these characters. */
  out: (text: string) => void;
  /** Results for people, with colour where the terminal has it; `out` where it is not given. */
  tell?: (text: string) => void;
  /** Progress, warnings and errors; never mixed into results. */
  err: (text: string) => void;
  /** True when progress may be redrawn in place. */
  isTerminal: boolean;
}

/** What we ourselves tell a terminal: carriage return, erase line, and the same for lines above. */
// eslint-disable-next-line no-control-regex -- exactly those are meant
const ERASE = /^\r\u001b\[2?K(?:\u001b\[1A\u001b\[2K)*/;

/** A text as a terminal may have it: names of files, words of servers and specs are part of it. */
export function shown(text: string, isColoured = false): string {
  const [own = ''] = ERASE.exec(text) ?? [];
  const clean = printable(text.slice(own.length), '\n\t');
  return own + (isColoured ? coloured(clean) : clean);
}

/** The process's own streams. */
export const PROCESS_OUTPUT: Output = {
  out: (text) => process.stdout.write(shown(text)),
  tell: (text) => process.stdout.write(shown(text, hasColour(process.stdout, process.env))),
  err: (text) => process.stderr.write(shown(text, hasColour(process.stderr, process.env))),
  isTerminal: process.stderr.isTTY === true,
};

/** Prints a result: as JSON, or as the text that people read. */
export function printResult(
  { out, tell = out }: Output,
  result: unknown,
  { json, text }: { json: boolean | undefined; text: () => string },
): void {
  const content = json === true ? JSON.stringify(result, null, 2) : text();
  const print = json === true ? out : tell;
  print(content.endsWith('\n') ? content : `${content}\n`);
}
