import { LeaveNeededError } from '@omnict/pipeline';
import { createInterface } from 'node:readline/promises';
import type { Output } from './output';

/**
 * Does work; where it needs the user's leave and a user sits at a terminal, asks once and goes on.
 *
 * @throws LeaveNeededError when nobody is there to ask, or the answer is no
 */
export async function withLeave<T>(work: () => Promise<T>, output: Output): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LeaveNeededError) || !(await isGranted(error, output))) throw error;
      error.leave.grant(error.request);
    }
  }
}

async function isGranted({ message }: LeaveNeededError, { err, isTerminal }: Output) {
  if (!isTerminal || process.stdin.isTTY !== true) return false;
  err(`${message}\n`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question('Allow it? [y/N] ')).trim());
  } finally {
    prompt.close();
  }
}
