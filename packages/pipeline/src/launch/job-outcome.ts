import { withoutFileNames } from '@omnict/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OUTPUT_FILE, readTaskOutput } from '../execute/task-file';
import type { FailureCause, TaskOutcome } from './launcher';

/** Characters of a process's last words that are shown. */
const SHOWN = 2000;

/** What the scheduler knows about a job that is over. */
export interface JobEpilogue {
  /** True when the driver asked it to stop. */
  isCancelled: boolean;
  /** Why there may be no result. */
  cause: FailureCause;
  message: string;
  /** What the process printed; default: the output file of the job's folder. */
  outputFile?: string;
}

/** How a job ended that runs no more: as its worker says, or else as the scheduler explains. */
export async function jobOutcome(folder: string, epilogue: JobEpilogue): Promise<TaskOutcome> {
  const output = await readTaskOutput(folder);
  if (output?.status === 'done' || output?.status === 'busy' || output?.status === 'paused')
    return output;
  if (epilogue.isCancelled) return { status: 'stopped' };
  if (output?.status === 'failed') {
    const cause = output.isMistake === true ? 'mistake' : 'failed';
    return { status: 'failed', cause, message: output.message };
  }
  if (output?.status === 'stopped') {
    // Stopped by somebody else: the time limit sends SIGUSR2, an administrator SIGTERM.
    const cause = output.signal === 'SIGUSR2' ? 'timeout' : 'preempted';
    return { status: 'failed', cause, message: `stopped by ${output.signal}` };
  }
  const words = await lastWords(epilogue.outputFile ?? join(folder, OUTPUT_FILE));
  const isHeap = words.includes('heap out of memory');
  return {
    status: 'failed',
    cause: isHeap ? 'oom' : epilogue.cause,
    message: [epilogue.message, words].filter((text) => text !== '').join(': '),
  };
}

async function lastWords(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return withoutFileNames(text.trim().slice(-SHOWN));
}
