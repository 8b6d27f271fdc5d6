/** Where a command writes. */
export interface Output {
  /** Results: text, or one JSON document with `--json`. */
  out: (text: string) => void;
  /** Progress, warnings and errors; never mixed into results. */
  err: (text: string) => void;
  /** True when progress may be redrawn in place. */
  isTerminal: boolean;
}

/** The process's own streams. */
export const PROCESS_OUTPUT: Output = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
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
