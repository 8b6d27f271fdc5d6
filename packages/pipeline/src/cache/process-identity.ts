import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from others that later get its number. */
export interface ProcessIdentity {
  /** Host and process namespace: numbers mean something within one only. */
  host: string;
  pid: number;
  /** When it started, in the kernel's ticks; absent where /proc is. */
  started?: string;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const { pid } = process;
  const started = startOf(pid);
  return { host: hostIdentity(), pid, ...(started !== undefined && { started }) };
}

/** True when the process ran on this host and is no more. */
export function isKnownDead({ host, pid, started }: ProcessIdentity): boolean {
  if (host !== hostIdentity()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return started !== undefined && startOf(pid) !== started;
}

function hostIdentity(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Field 22 of /proc/PID/stat; the name before it is in parentheses and may have spaces. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? 'ended' : fields[18]; // a zombie does nothing any more
  } catch {
    return undefined;
  }
}
