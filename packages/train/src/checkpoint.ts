import { FormatError, readSafetensors, writeSafetensors } from '@omnict/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that changes during training, by name. */
export type TrainingState = ReadonlyMap<string, tf.Variable>;

const PREFIX = 'step-';

/**
 * Saves the state after a step. The newest two checkpoints stay; each appears whole or not at all.
 */
export async function saveCheckpoint(
  folder: string,
  step: number,
  state: TrainingState,
): Promise<void> {
  const final = join(folder, `${PREFIX}${String(step).padStart(8, '0')}`);
  const temporary = `${final}.${process.pid}.partial`;
  await mkdir(temporary, { recursive: true });
  await writeSafetensors(join(temporary, 'state.safetensors'), state);
  await writeFile(join(temporary, 'progress.json'), JSON.stringify({ step }));
  await rm(final, { recursive: true, force: true });
  await rename(temporary, final);
  const older = (await checkpoints(folder)).slice(0, -2);
  for (const name of older) await rm(join(folder, name), { recursive: true, force: true });
}

/**
 * Loads the newest checkpoint into the state.
 *
 * @returns optimizer steps done, 0 when there is none
 * @throws FormatError when it does not fit the state
 */
export async function restoreCheckpoint(folder: string, state: TrainingState): Promise<number> {
  const newest = (await checkpoints(folder)).at(-1);
  if (newest === undefined) return 0;
  const path = join(folder, newest);
  const { step } = JSON.parse(await readFile(join(path, 'progress.json'), 'utf8')) as {
    step: number;
  };
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
  return step;
}

async function checkpoints(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => name.startsWith(PREFIX) && !name.endsWith('.partial')).sort();
}
