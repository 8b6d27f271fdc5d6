import { pathInside } from '@omnict/core';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeDurably, writeError } from '../cache/durable';
import type { Resources } from '../spec/profile-schema';
import type { StageTask } from '../stage/plan';
import type { Job } from '../launch/launcher';
import { type PausePoint, RESULT_FILE, TASK_FILE, type TaskFile } from './task-file';

/** Characters of a key in a folder's name. */
const SHORT_KEY = 16;

/** What task files say beside the task itself. */
export interface JobSurroundings {
  cacheFolder: string;
  components: readonly string[];
}

/** Folders of attempts under a run's folder: `jobs/<stage>-<key>/<attempt>/`. */
export class JobFolders {
  constructor(
    private readonly folder: string,
    private readonly surroundings: JobSurroundings,
  ) {}

  /**
   * Makes the folder and task file of the next attempt. Of two drivers, each gets its own.
   *
   * @param pauseAt where it stops for a search to judge it
   */
  async create(task: StageTask, resources: Resources, pauseAt?: PausePoint): Promise<Job> {
    const parent = this.folderOf(task);
    try {
      await mkdir(parent, { recursive: true });
      for (let attempt = (await this.latest(task)) + 1; ; attempt++) {
        const folder = join(parent, String(attempt));
        const isMade = await mkdir(folder).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EEXIST') return false;
            throw error;
          },
        );
        if (!isMade) continue;
        const told = { ...this.taskFile(task, folder), pauseAt };
        await writeDurably(join(folder, TASK_FILE), JSON.stringify(told));
        return { task, attempt, folder, resources };
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      throw writeError(parent, error);
    }
  }

  /** The attempt that would come next; makes nothing. */
  async next(task: StageTask, resources: Resources): Promise<Job> {
    const attempt = (await this.latest(task)) + 1;
    return { task, attempt, folder: join(this.folderOf(task), String(attempt)), resources };
  }

  /** The latest attempt, when it has not told how it ended: a scheduler may still have it. */
  async unfinished(task: StageTask, resources: Resources): Promise<Job | null> {
    const attempt = await this.latest(task);
    const folder = join(this.folderOf(task), String(attempt));
    if (attempt === 0 || existsSync(join(folder, RESULT_FILE))) return null;
    return { task, attempt, folder, resources };
  }

  /** Number of the latest attempt; 0 before the first. */
  async latest(task: StageTask): Promise<number> {
    const names = await readdir(this.folderOf(task)).catch(() => []);
    return Math.max(0, ...names.map(Number).filter(Number.isInteger));
  }

  /** Folder of all attempts of a task. @throws FormatError for a stage or key that is none */
  folderOf({ stage, key }: Pick<StageTask, 'stage' | 'key'>): string {
    return resolve(pathInside(this.folder, `${stage}-${key.slice(0, SHORT_KEY)}`));
  }

  private taskFile(task: StageTask, folder: string): TaskFile {
    const { key, stage, section, seed, engine, needs, shard, parts, keyParts } = task;
    return {
      key,
      stage,
      section,
      seed,
      engine,
      keyParts,
      folder,
      needs: parts === undefined ? needs : {},
      ...(shard !== undefined && { shard }),
      ...(parts !== undefined && { parts }),
      cacheFolder: resolve(this.surroundings.cacheFolder),
      components: this.surroundings.components,
    };
  }
}
