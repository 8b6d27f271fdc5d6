import { FormatError } from '@omnict/core';
import { randomUUID } from 'node:crypto';
import { readSafetensors, writeSafetensors } from '@omnict/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that changes during training, by name. */
export type TrainingState = ReadonlyMap<string, tf.Variable>;

/** How far a training is. */
export interface TrainingProgress {
  /** Optimizer steps done. */
  step: number;
  /** Lowest validation loss so far, nats. */
  bestLoss?: number;
  /** Validations since then. */
  sinceBest?: number;
}

const PREFIX = 'step-';

/**
 * Saves the state after a step. The newest two checkpoints stay; each appears whole or not at all.
 */
export async function saveCheckpoint(
  folder: string,
  progress: TrainingProgress,
  state: TrainingState,
): Promise<void> {
  const final = join(folder, `${PREFIX}${String(progress.step).padStart(8, '0')}`);
  const temporary = `${final}.${randomUUID()}.partial`;
  await mkdir(folder, { recursive: true });
  await mkdir(temporary); // new: nothing that was planted there is written into
  await writeSafetensors(join(temporary, 'state.safetensors'), state);
  await writeFile(join(temporary, 'progress.json'), JSON.stringify(progress));
  await rm(final, { recursive: true, force: true });
  await rename(temporary, final);
  const older = (await checkpoints(folder)).slice(0, -2);
  const broken = (await readdir(folder)).filter((name) => name.endsWith('.partial'));
  for (const name of [...older, ...broken]) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Loads the newest checkpoint into the state.
 *
 * @returns step 0 when there is none
 * @throws FormatError when it does not fit the state
 */
export async function restoreCheckpoint(
  folder: string,
  state: TrainingState,
): Promise<TrainingProgress> {
  const newest = (await checkpoints(folder)).at(-1);
  if (newest === undefined) return { step: 0 };
  const path = join(folder, newest);
  const text = await readFile(join(path, 'progress.json'), 'utf8');
  const saved = await readSafetensors(join(path, 'state.safetensors'));
  try {
    for (const [name, variable] of state) {
      const value = saved.get(name);
      if (value === undefined) {
        throw new FormatError(
          `${path}: checkpoint has no '${name}'; it belongs to another model; delete the folder to start anew`,
        );
      }
      variable.assign(value);
    }
  } finally {
    for (const tensor of saved.values()) tensor.dispose();
  }
  return JSON.parse(text) as TrainingProgress;
}

async function checkpoints(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => name.startsWith(PREFIX) && !name.endsWith('.partial')).sort();
}
