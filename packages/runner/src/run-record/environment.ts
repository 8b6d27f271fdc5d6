import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** Where a run was driven. */
export interface RunEnvironment {
  /** Version of Node.js. */
  node: string;
  platform: string;
  processor: string;
  cores: number;
  memoryGiB: number;
  /** Commit of the folder that it was started in, `-dirty` where files differ from it; absent outside of git. */
  commit?: string;
}

/** Describes this machine and the commit of the current folder. */
export function describeEnvironment(): RunEnvironment {
  const commit = commitOf(process.cwd());
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    ...(commit !== undefined && { commit }),
  };
}

/** Longest time that git may take: a report is worth no long wait. */
const GIT_TIMEOUT_MS = 10_000;

function commitOf(folder: string): string | undefined {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: GIT_TIMEOUT_MS,
    }).trim();
  } catch {
    return undefined; // no git, or no repository
  }
}
