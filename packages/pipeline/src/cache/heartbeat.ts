import { Worker } from 'node:worker_threads';

/** How often a holder shows that it lives. */
const HEARTBEAT_MS = 1000;

/**
 * Runs in a thread of its own: training blocks the main thread for longer than a beat. Writes a new
 * number into each `beat` file, and tells when a folder has another holder or is gone.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { closeSync, constants, openSync, readFileSync, writeFileSync } = require('node:fs');
// A link that somebody planted in a shared folder is not followed.
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);
const folders = new Map();
let beats = 0;
parentPort.on('message', ({ folder, token }) => {
  if (token === undefined) folders.delete(folder);
  else folders.set(folder, token);
});
setInterval(() => {
  beats++;
  for (const [folder, token] of folders) {
    try {
      if (JSON.parse(readFileSync(folder + '/holder.json', 'utf8')).token !== token) throw new Error();
      const file = openSync(folder + '/beat', FLAGS, 0o666);
      try { writeFileSync(file, String(beats)); } finally { closeSync(file); }
    } catch (error) {
      if (error.code !== undefined && error.code !== 'ENOENT') continue; // a full disk, not a lost lease
      folders.delete(folder);
      parentPort.postMessage(folder);
    }
  }
}, workerData);
`;

let thread: Worker | undefined;
const onLost = new Map<string, () => void>();

/** Beats for a lease until {@link stopBeating}. @param lost called once the folder has another holder */
export function startBeating(folder: string, token: string, lost: () => void): void {
  if (thread === undefined) {
    thread = new Worker(THREAD, { eval: true, workerData: HEARTBEAT_MS });
    thread.on('message', (lostFolder: string) => onLost.get(lostFolder)?.());
    thread.unref();
  }
  onLost.set(folder, lost);
  thread.postMessage({ folder, token });
}

/** Ends the beats for a lease. */
export function stopBeating(folder: string): void {
  onLost.delete(folder);
  thread?.postMessage({ folder });
}
