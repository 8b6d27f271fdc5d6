import { availableParallelism, cpus, release, type } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };

/** On what a stage runs, for its manifest: what numbers may depend on. No host and no path is among it. */
export function describeMachine(engine: unknown): Record<string, string> {
  const report = engine as { name: string; detail: string } | undefined;
  const threads = process.env['TF_NUM_INTRAOP_THREADS'];
  return {
    program: programVersion(),
    node: process.versions.node,
    system: `${type()} ${release()} ${process.arch}`,
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    ...(report !== undefined && { engine: `${report.name} ${report.detail}` }),
    ...(report !== undefined && threads !== undefined && { threads }),
  };
}

/** Version of the package that holds the stages. */
export function programVersion(): string {
  return `${manifest.name} ${manifest.version}`;
}
