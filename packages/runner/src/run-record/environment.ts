import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { describeGpu } from '../describe-gpu';
import { programVersion } from './describe-machine';

/** Where a run was driven. */
export interface RunEnvironment {
  /** Version of Node.js. */
  node: string;
  platform: string;
  /** Name and release of the operating system's kernel. */
  system?: string;
  /** Version of this program. */
  program?: string;
  /** SHA-256 over what differs from the commit, new files by name; absent where nothing does. */
  changes?: string;
  /** Graphics card and driver. */
  graphics?: string;
  processor: string;
  cores: number;
  memoryGiB: number;
  /** Commit of the folder that it was started in, `-dirty` where files differ from it; absent outside of git. */
  commit?: string;
}

/** Describes this machine and the commit of the current folder. */
export function describeEnvironment(): RunEnvironment {
  const commit = commitOf(process.cwd());
  const changes = commit?.endsWith('-dirty') === true ? changesOf(process.cwd()) : undefined;
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    system: `${type()} ${release()}`,
    program: programVersion(),
    graphics: describeGpu(),
    ...(commit !== undefined && { commit }),
    ...(changes !== undefined && { changes }),
  };
}

/** Longest time that git may take: a report is worth no long wait. */
const GIT_TIMEOUT_MS = 10_000;

/** Largest difference to a commit that is digested. */
const MAX_DIFFERENCE_BYTES = 64 * 1024 * 1024;

function commitOf(folder: string): string | undefined {
  return git(folder, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*')?.trim();
}

/** The working tree's state: the same digest means the same changes. */
function changesOf(folder: string): string | undefined {
  const difference = git(folder, 'diff', 'HEAD', '--binary');
  const status = git(folder, 'status', '--porcelain');
  if (difference === undefined || status === undefined) return undefined;
  return createHash('sha256').update(difference).update(status).digest('hex');
}

function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: GIT_TIMEOUT_MS,
      maxBuffer: MAX_DIFFERENCE_BYTES,
    });
  } catch {
    return undefined; // no git, no repository, or a difference of that size
  }
}
