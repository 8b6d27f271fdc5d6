import { ConfigError, OmnictError } from '@omnict/core';
import { CommanderError } from 'commander';
import type { Output } from './output';

/** What the command's exit codes mean. */
export const EXIT = {
  done: 0,
  /** It was started rightly, but did not succeed. */
  failed: 1,
  /** The command line or a spec is wrong: the same call cannot succeed. */
  usage: 2,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown by a command that has printed its result and yet failed; a message says what the result does not. */
export class CommandFailed extends Error {}

/** Tells the user what went wrong. @returns the exit code */
export function reportError(error: unknown, { err }: Output): ExitCode {
  if (error instanceof CommandFailed) {
    if (error.message !== '') err(`error: ${error.message}\n`);
    return EXIT.failed;
  }
  // Commander has printed its message already; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (OmnictError.isInstance(error)) {
    err(`error: ${error.message}\n`);
    return error.name === ConfigError.name ? EXIT.usage : EXIT.failed;
  }
  err(
    `error: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.failed;
}
