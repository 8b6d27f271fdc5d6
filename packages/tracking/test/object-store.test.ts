import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@omnict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { hasMlflow, MlflowClient, type MlflowServer, startMlflowServer } from '../src/index';

/** An S3 of this machine: `pip install moto[server] boto3` beside MLflow. */
const hasStore = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
const isReady = hasMlflow() && hasStore;

const folder = mkdtempSync(join(tmpdir(), 'omnict-store-'));
const servers: { store?: ChildProcess; mlflow?: MlflowServer } = {};
afterAll(async () => {
  await servers.mlflow?.stop();
  servers.store?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts the store with a bucket, and tells MLflow's server where it is. */
async function startStore(): Promise<void> {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  servers.store = spawn('moto_server', ['-p', String(port)], { stdio: 'ignore' });
  Object.assign(process.env, {
    MLFLOW_S3_ENDPOINT_URL: uri,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
  });
  for (let tries = 0; tries < 120; tries++) {
    const answer = await fetch(`${uri}/artifacts`, { method: 'PUT' }).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(250);
  }
  throw new Error('moto_server does not answer');
}

describe.skipIf(!isReady)(
  'an object store behind MLflow (skipped where mlflow or moto_server is not on PATH)',
  () => {
    it('gets large files in parts, and gives them back', async () => {
      await startStore();
      servers.mlflow = await startMlflowServer({
        folder,
        workers: 1,
        artifacts: 's3://artifacts/root',
      });
      const client = new MlflowClient({ uri: servers.mlflow.uri, multipartBytes: 2 ** 24 });
      const run = await client.runs.get(
        await client.runs.create('0', Date.now(), { kind: 'parts' }),
      );
      const random = new Random('parts');
      const large = Buffer.from(
        Uint32Array.from({ length: 10 * 2 ** 20 }, () => random.integer(2 ** 31)).buffer,
      ); // 40 MiB: three parts
      const file = join(folder, 'weights file.bin');
      writeFileSync(file, large);
      await client.artifacts.upload(run, 'models/weights file.bin', file);
      writeFileSync(join(folder, 'small.txt'), 'small');
      await client.artifacts.upload(run, 'small.txt', join(folder, 'small.txt'));
      expect(await client.artifacts.list(run.runId, 'models')).toEqual([
        { path: 'models/weights file.bin', isFolder: false, size: large.length },
      ]);
      const { pathname } = new URL(run.artifactUri);
      const object = `${process.env['MLFLOW_S3_ENDPOINT_URL']}/artifacts/root${pathname}/models/weights%20file.bin`;
      const stored = await fetch(object, { method: 'HEAD' });
      expect(stored.headers.get('etag')).toMatch(/-3"$/); // S3's mark of three parts
      const back = await client.artifacts.download(run, 'models/weights file.bin');
      expect(back.equals(large)).toBe(true);
      expect((await client.artifacts.download(run, 'small.txt')).toString()).toBe('small');
    });
  },
);
