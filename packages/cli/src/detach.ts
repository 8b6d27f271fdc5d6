import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A driver that goes on without a terminal. */
export interface DetachedRun {
  id: string;
  pid: number;
  /** File with all that it prints. */
  log: string;
}

/** Starts this very command once more, in the background and without `--detach`. */
export async function startDetached(runFolder: string, id: string): Promise<DetachedRun> {
  await mkdir(runFolder, { recursive: true });
  const log = join(runFolder, 'driver.log');
  const output = openSync(log, 'a');
  const args = process.argv.slice(1).filter((argument) => argument !== '--detach');
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  return { id, pid: child.pid ?? 0, log };
}
