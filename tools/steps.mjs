/** @file Running the steps of the set-up: timed, bounded, quiet unless they fail. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';

/** Root of the repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Seconds of silence before a step says that it is still working. */
const REMIND_SECONDS = 20;

/** Lines of a failed command's output that are shown. */
const SHOWN_LINES = 30;

/** A step that failed, with a message for the user. */
export class StepError extends Error {}

/**
 * Runs a step and prints what it was and how long it took.
 *
 * @template T
 * @param {string} name what is being done
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  process.stderr.write(`${name} ...\n`);
  const reminder = setInterval(
    () => process.stderr.write(`  still ${name} (${seconds()} s)\n`),
    REMIND_SECONDS * 1000,
  );
  try {
    const result = await work();
    process.stderr.write(`${name}: done in ${seconds()} s\n`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

/**
 * Runs a command without a shell.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutSeconds: number }} options
 * @returns {Promise<string>} standard output
 * @throws {StepError} with the end of its output, when it fails or takes too long
 */
export function runCommand(command, args, { cwd = ROOT, env = process.env, timeoutSeconds }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let all = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      all += chunk;
    });
    child.stderr.on('data', (chunk) => (all += chunk));
    const shown = [command, ...args].join(' ').slice(0, 200);
    const fail = (reason) => {
      const lines = all.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
      reject(new StepError(`${shown}: ${reason}\n${lines}`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`took longer than ${timeoutSeconds} s`);
    }, timeoutSeconds * 1000);
    child.on('error', (error) => {
      clearTimeout(timer);
      fail(error.message);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else fail(`ended with code ${code}`);
    });
  });
}

/**
 * Runs a command on the user's terminal.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code
 */
export function runInTerminal(command, args, { env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
    // Ctrl-C reaches the child as well; it decides how to stop, and we report its code.
    const ignore = () => {};
    process.on('SIGINT', ignore);
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', ignore);
      resolve(code ?? 1);
    });
  });
}
