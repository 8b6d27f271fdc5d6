import { ConfigError } from '@omnict/core';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MlflowError } from './mlflow/mlflow-error';

/** Where a server of one's own keeps things and listens. */
export interface MlflowServerOptions {
  /** Holds the database and the artifacts. */
  folder: string;
  /** Default 127.0.0.1: this machine only. */
  host?: string;
  /** 0, the default, picks a free one. */
  port?: number;
  /** Worker processes. Default 2. */
  workers?: number;
  /** Where artifacts lie. Default: in the folder; else what MLflow takes, such as `s3://bucket/path`. */
  artifacts?: string;
  /** What becomes of the server's own output. Default `ignore`. */
  stdio?: 'ignore' | 'inherit';
}

/** A running server. */
export interface MlflowServer {
  uri: string;
  /** Settles when the server has ended by itself or by {@link MlflowServer.stop}. */
  ended: Promise<void>;
  /** Ends the server and its workers. */
  stop(): Promise<void>;
}

/** Time a first start may take, in half seconds: it makes the database. */
const STARTING_TRIES = 240;

/** True when the `mlflow` command is there. */
export function hasMlflow(): boolean {
  return spawnSync('mlflow', ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Starts `mlflow server` on SQLite and waits until it answers.
 *
 * @throws ConfigError when the command is missing; MlflowError when the server does not come up
 */
export async function startMlflowServer({
  folder,
  host = '127.0.0.1',
  port = 0,
  workers = 2,
  artifacts,
  stdio = 'ignore',
}: MlflowServerOptions): Promise<MlflowServer> {
  if (!hasMlflow()) {
    throw new ConfigError(
      "mlflow: the command is not on PATH; expected MLflow's server; install it with 'pip install mlflow', or track without a server: the journal keeps everything",
    );
  }
  const root = resolve(folder);
  mkdirSync(root, { recursive: true });
  const chosen = port === 0 ? await freePort() : port;
  const child = spawn(
    'mlflow',
    [
      'server',
      '--host',
      host,
      '--port',
      String(chosen),
      '--workers',
      String(workers),
      '--backend-store-uri',
      `sqlite:///${join(root, 'mlflow.db')}`,
      '--artifacts-destination',
      artifacts ?? join(root, 'artifacts'),
    ],
    {
      stdio,
      detached: true,
      cwd: root,
      // Runs need none of the background jobs of MLflow's language-model features.
      env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const uri = `http://${host}:${chosen}`;
  const stop = (): Promise<void> => stopGroup(child, ended);
  for (let tries = 0; tries < STARTING_TRIES && child.exitCode === null; tries++) {
    const answers = await fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { uri, ended, stop };
    await sleep(500);
  }
  const { exitCode } = child;
  await stop();
  throw new MlflowError(
    exitCode === null
      ? `MLflow: the server at ${uri} did not answer within two minutes; look at what it prints with 'omnict mlflow up'`
      : `MLflow: the server ended with code ${exitCode}; the port may be taken, or ${join(root, 'mlflow.db')} of another version; choose another --port or run 'mlflow db upgrade'`,
    { errorCode: 'UNREACHABLE', status: 0 },
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The server starts workers: its whole process group ends. */
async function stopGroup(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      child.kill(signal);
    }
  };
  kill('SIGTERM');
  const isOver = await Promise.race([ended.then(() => true), sleep(5000, false)]);
  if (!isOver) kill('SIGKILL');
  await ended;
}
