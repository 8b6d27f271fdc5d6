import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A run as MLflow's own Python client reads it. */
export interface RunReadBack {
  runId: string;
  status: string;
  startTime: number;
  endTime: number | null;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** `[step, timestamp, value]` of each metric. */
  metrics: Record<string, [number, number, string][]>;
  artifacts: string[];
  /** Tables that MLflow's page would show. */
  tables: Record<string, { columns: string[]; rows: number }>;
  inputs: {
    name: string;
    digest: string;
    profile: Record<string, unknown> | null;
    tags: Record<string, string>;
  }[];
  models: { name: string; status: string; params: Record<string, string> }[];
}

/** Runs of an experiment by run key. @param uri of a server or a database */
export function readBack(uri: string, experiment: string): Record<string, RunReadBack> {
  const script = fileURLToPath(new URL('./read_back.py', import.meta.url));
  const { stdout, stderr, status } = spawnSync(pythonOfMlflow(), [script, uri, experiment], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, RunReadBack>;
}

/** The interpreter that the `mlflow` command belongs to. */
function pythonOfMlflow(): string {
  const { stdout } = spawnSync('sh', ['-c', 'command -v mlflow'], { encoding: 'utf8' });
  return join(dirname(realpathSync(stdout.trim())), 'python3');
}
