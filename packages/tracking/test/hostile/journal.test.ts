import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportMlruns } from '../../src/export-mlruns';
import { syncJournal } from '../../src/journal/sync';
import type { MlflowClient } from '../../src/mlflow/mlflow-client';

const HEADER = { type: 'run', experiment: 'e', runKey: 'r', name: 'r', startTime: 0 };

let folder: string;
let store: string;
let journal: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnict-hostile-'));
  store = join(folder, 'store');
  journal = join(store, 'runs', 'study', 'tracking', 'sweep');
  mkdirSync(journal, { recursive: true });
  mkdirSync(join(folder, '.ssh'));
  writeFileSync(join(folder, '.ssh', 'id_ed25519'), 'a private key');
  writeFileSync(join(store, 'runs', 'study', 'results.json'), '{}');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(...events: object[]): void {
  const lines = [HEADER, ...events].map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(join(journal, 'journal.jsonl'), lines.join(''));
}

const artifact = (file: string, artifactPath = '') => ({
  type: 'artifact',
  file,
  artifactPath,
  sha256: '',
});
const KEY_FILE = '../../../../../.ssh/id_ed25519';

/** A client that only notes what it would send. */
function recordingClient() {
  const run = { runId: '1', experimentId: '1', tags: {} };
  const upload = vi.fn(() => Promise.resolve());
  const uploadFolder = vi.fn(() => Promise.resolve());
  const client = {
    experiments: { ensure: () => Promise.resolve('1') },
    runs: {
      withTag: () => Promise.resolve([]),
      create: () => Promise.resolve('1'),
      get: () => Promise.resolve(run),
    },
    artifacts: { upload, uploadFolder },
    loggedModels: { isSupported: () => Promise.resolve(false) },
  } as unknown as MlflowClient;
  return { client, upload, uploadFolder };
}

describe('a journal of a shared store', () => {
  it('brings files of the store to the server', async () => {
    plant(artifact('../../results.json'));
    const { client, upload } = recordingClient();
    await syncJournal(journal, client, store);
    expect(upload).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a file', artifact(KEY_FILE)],
    ['a file by its absolute path', artifact('/etc/passwd')],
    ['a folder', { type: 'model', folder: '../../../../../.ssh', name: 'm', modelType: 'x' }],
  ])('does not send %s of the person who synchronizes it', async (_, event) => {
    plant(event);
    const { client, upload, uploadFolder } = recordingClient();
    if (event.type === 'artifact' && 'file' in event && event.file.startsWith('/')) {
      // Joined to the journal's folder, where there is none.
      await syncJournal(journal, client, store).catch(() => undefined);
      for (const [, , file] of upload.mock.calls as unknown as [unknown, unknown, string][])
        expect(file.startsWith(store)).toBe(true);
      return;
    }
    await expect(syncJournal(journal, client, store)).rejects.toThrow(/is refused/);
    expect(upload).not.toHaveBeenCalled();
    expect(uploadFolder).not.toHaveBeenCalled();
  });

  it('does not send a file behind a link', async () => {
    symlinkSync(join(folder, '.ssh', 'id_ed25519'), join(journal, 'config.json'));
    plant(artifact('config.json'));
    const { client, upload } = recordingClient();
    await expect(syncJournal(journal, client, store)).rejects.toThrow(/leads out/);
    expect(upload).not.toHaveBeenCalled();
  });

  it('does not copy a file of the person who exports it', () => {
    plant(artifact(KEY_FILE));
    expect(() => exportMlruns([journal], join(folder, 'out'), store)).toThrow(/is refused/);
  });

  it.each([
    ['an artifact', artifact('../../results.json', '../../../../planted')],
    ['a param', { type: 'params', params: { '../../../../planted': 'x' } }],
    ['a tag', { type: 'tags', tags: { '../../../../planted': 'x' } }],
    [
      'a metric',
      {
        type: 'metrics',
        metrics: [{ key: '../../../../planted', value: 1, step: 0, timestamp: 0 }],
      },
    ],
  ])('writes %s nowhere but into the export', (_, event) => {
    plant(event);
    expect(() => exportMlruns([journal], join(folder, 'out'), store)).toThrow(/is refused/);
    expect(existsSync(join(folder, 'planted'))).toBe(false);
  });
});
