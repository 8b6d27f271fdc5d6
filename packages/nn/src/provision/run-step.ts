import { UnsupportedError } from '@omnict/core';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Lines of a failed command's output that are told. */
const SHOWN_LINES = 30;

/**
 * Runs a command without a shell.
 *
 * @returns its standard output
 * @throws UnsupportedError with the end of what it printed, when it fails, is missing, or takes too long
 */
export async function runStep(
  command: string,
  args: readonly string[],
  options: { timeoutSeconds: number; cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { timeoutSeconds, ...rest } = options;
  try {
    const { stdout } = await execute(command, args, {
      ...rest,
      timeout: timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 2 ** 20,
    });
    return stdout;
  } catch (error) {
    throw new UnsupportedError(
      `${command}: ${reasonOf(error, timeoutSeconds)}; expected success from '${[command, ...args].join(' ').slice(0, 200)}'; read what it printed:\n${printedBy(error)}`,
      { cause: error },
    );
  }
}

interface Failure {
  code?: number | string;
  killed?: boolean;
  stdout?: string;
  stderr?: string;
}

function reasonOf(error: unknown, timeoutSeconds: number): string {
  const { code, killed } = error as Failure;
  if (killed === true) return `took longer than ${timeoutSeconds} s`;
  return code === 'ENOENT' ? 'is not installed' : `ended with code ${code ?? 'unknown'}`;
}

function printedBy(error: unknown): string {
  const { stdout = '', stderr = '' } = error as Failure;
  return `${stdout}${stderr}`.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
