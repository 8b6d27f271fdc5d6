import { randomUUID } from 'node:crypto';
import { readVolume, writeNifti } from '@omnict/io';
import { Random, type Volume } from '@omnict/core';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Range of the noise in HU: the paper's window (App. E). */
const RANGE_HU = [-1000, 1000] as const;

/**
 * Writes a noise image in the geometry of each image: uniform over the window, the same for the same
 * image and seed. Slices and volumes alike.
 *
 * @param images paths, with digests that name the files @returns path of the noise of each image
 */
export async function noiseImages(
  images: readonly { path: string; digest: string }[],
  { folder, seed }: { folder: string; seed: number },
): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true });
  const paths = new Map<string, string>();
  for (const { path, digest } of images) {
    const name = `${digest.slice(0, 24)}-${seed}.nii.gz`;
    const file = join(folder, name);
    if (!existsSync(file)) {
      const { volume } = await readVolume(path);
      const partial = join(folder, `partial-${randomUUID()}-${name}`);
      await writeNifti(partial, noiseLike(volume, new Random(`noise/${seed}/${digest}`)));
      await rename(partial, file);
    }
    paths.set(path, file);
  }
  return paths;
}

function noiseLike(volume: Volume, random: Random): Volume {
  const [low, high] = RANGE_HU;
  const data = Int16Array.from({ length: volume.data.length }, () =>
    Math.round(random.uniform(low, high)),
  );
  return { ...volume, data };
}
