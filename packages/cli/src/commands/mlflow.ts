import { ConfigError } from '@omnict/core';
import { startMlflowServer } from '@omnict/tracking';
import type { Command } from 'commander';
import type { Output } from '../output';

interface MlflowUpOptions {
  folder: string;
  artifacts?: string;
  host: string;
  port: string;
}

/** `omnict mlflow up`: a server of one's own, until Ctrl-C. */
export function defineMlflow(command: Command, output: Output): void {
  command
    .command('up')
    .description('start it on SQLite, until Ctrl-C; needs the mlflow command (pip install mlflow)')
    .option('--folder <path>', 'database and artifacts', '.omnict/mlflow')
    .option('--artifacts <uri>', 'where artifacts lie instead, such as s3://bucket/path')
    .option('--host <name>', 'where it listens', '127.0.0.1')
    .option('--port <number>', 'where it listens', '5000')
    .addHelpText('after', '\nExample:\n  omnict mlflow up --port 5000')
    .action(async ({ port, ...options }: MlflowUpOptions) => {
      if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
        throw new ConfigError(
          `mlflow up: --port '${port}' is none; expected a number up to 65535; for instance --port 5000`,
        );
      }
      const server = await startMlflowServer({ ...options, port: Number(port), stdio: 'ignore' });
      output.out(
        `MLflow is up: MLFLOW_TRACKING_URI=${server.uri} omnict run ...\nCtrl-C ends it.\n`,
      );
      const interrupted = new Promise<void>((done) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
      });
      await Promise.race([interrupted, server.ended]);
      await server.stop();
    });
}
