import { createContext, Script } from 'node:vm';
import { raisedLimit } from './raised-limit';

/** Code that is interrupted: patterns and loops of files may never end, and nothing else stops them. */
const CALL = new Script('call()');

const CONTEXT = createContext({ call: undefined });

/** Milliseconds; ordinary work of this kind takes a thousandth, also on a busy machine. */
const LIMIT_MS = 20_000;

/** True for the error of work that was interrupted. */
function isTimeout(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

/** Seconds of the calls under way that end first. */
let outerSeconds = Infinity;

/**
 * Calls what runs patterns or programs of a file, and interrupts it after 20 seconds. A call costs a
 * thread, some tens of microseconds, more on a busy machine: within another call of no more seconds it is
 * free, so that many calls can be made in one.
 *
 * @param call synchronous
 * @param refuse makes the error when time is over @param seconds default 20, times the user's factor
 */
export function withinTime<T>(
  call: () => T,
  refuse: (seconds: number) => Error,
  seconds: number = raisedLimit(LIMIT_MS) / 1000,
): T {
  if (seconds >= outerSeconds) return call(); // the other one interrupts it
  const outer = CONTEXT['call'] as unknown;
  const before = outerSeconds;
  outerSeconds = seconds;
  CONTEXT['call'] = call;
  try {
    return CALL.runInContext(CONTEXT, { timeout: Math.ceil(seconds * 1000) }) as T;
  } catch (error) {
    throw isTimeout(error) ? refuse(seconds) : error;
  } finally {
    CONTEXT['call'] = outer;
    outerSeconds = before;
  }
}
