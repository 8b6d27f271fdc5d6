import { MlflowClient, syncJournal } from '@omnict/tracking';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listRuns } from './runs';

/** What synchronizing one sweep brought to the server. */
export interface RunSync {
  id: string;
  /** Tracked runs: the sweep itself and its trials. */
  runs: number;
  /** Journal events sent now; 0 when the server had all. */
  sent: number;
}

/**
 * Brings the journals of all runs of a store to an MLflow server.
 *
 * @param uri of the server @throws MlflowError when it does not answer: nothing is lost, call again
 */
export async function syncRuns(store: string, uri: string): Promise<RunSync[]> {
  const client = new MlflowClient({ uri });
  const synced: RunSync[] = [];
  for (const { id, folder } of await listRuns(store)) {
    const root = join(folder, 'tracking');
    // 'sweep' sorts before 'trial-0000': a parent run must be there before its children.
    const journals = (await readdir(root).catch(() => [])).sort();
    let sent = 0;
    for (const journal of journals) sent += (await syncJournal(join(root, journal), client)).sent;
    synced.push({ id, runs: journals.length, sent });
  }
  return synced;
}
