import { exportMlruns, JOURNAL_FILE, type MlflowClient, syncJournal } from '@omnict/tracking';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listRuns } from '@omnict/pipeline';

/** What synchronizing one sweep brought to the server. */
export interface RunSync {
  id: string;
  /** Tracked runs: the sweep itself and its trials. */
  runs: number;
  /** Journal events sent now; 0 when the server had all. */
  sent: number;
  /** What the server refused, and why. */
  refused: string[];
}

/**
 * Brings the journals of all runs of a store to an MLflow server.
 *
 * @throws MlflowError when it does not answer: nothing is lost, call again
 */
export async function syncRuns(store: string, client: MlflowClient): Promise<RunSync[]> {
  const synced: RunSync[] = [];
  for (const { id, folder } of await listRuns(store)) {
    const journals = await journalsOf(folder);
    const entry: RunSync = { id, runs: journals.length, sent: 0, refused: [] };
    for (const journal of journals) {
      const { sent, refused } = await syncJournal(journal, client, store);
      entry.sent += sent;
      entry.refused.push(...refused);
    }
    synced.push(entry);
  }
  return synced;
}

/**
 * Writes the journals of all runs of a store in the layout of MLflow's FileStore.
 *
 * @param out folder, for instance `mlruns` @returns tracked runs written
 */
export async function exportRuns(store: string, out: string): Promise<number> {
  const folders = await Promise.all(
    (await listRuns(store)).map(({ folder }) => journalsOf(folder)),
  );
  return exportMlruns(folders.flat(), out, store);
}

/** Folders of a run's journals. 'sweep' sorts before 'trial-0000': a parent comes before its children. */
async function journalsOf(runFolder: string): Promise<string[]> {
  const root = join(runFolder, 'tracking');
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return (
    entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(root, name))
      // Locks are folders beside the journals, and come and go.
      .filter((folder) => existsSync(join(folder, JOURNAL_FILE)))
      .sort()
  );
}
