import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server of our own: real MLflow on SQLite. */
export interface MlflowServer {
  uri: string;
  stop(): Promise<void>;
}

/** True when `mlflow` is on PATH. */
export function hasMlflow(): boolean {
  return spawnSync('mlflow', ['--version']).status === 0;
}

/** Starts a server and waits until it answers. @param port 0 picks a free one */
export async function startMlflow(folder: string, port = 0): Promise<MlflowServer> {
  const chosen = port === 0 ? await freePort() : port;
  const child = spawn(
    'mlflow',
    [
      ...['server', '--host', '127.0.0.1', '--port', String(chosen), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
      ...['--artifacts-destination', join(folder, 'artifacts')],
    ],
    { stdio: 'ignore', detached: true, cwd: folder },
  );
  const uri = `http://127.0.0.1:${chosen}`;
  for (let tries = 0; tries < 240; tries++) {
    const answers = await fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { uri, stop: () => stop(child) };
    if (child.exitCode !== null) break;
    await sleep(500);
  }
  await stop(child);
  throw new Error('mlflow server did not answer within two minutes');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** The server starts workers: its whole process group ends. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
  await ended;
}
