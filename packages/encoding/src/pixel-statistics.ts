import { ConfigError, readConfigJson } from '@omnict/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PixelStatistics } from './normalize-pixels';

/** Where Hugging Face keeps how images were prepared. */
const FILE = 'preprocessor_config.json';

/**
 * Statistics that a checkpoint was trained with: those of its preprocessor_config.json, or the
 * architecture's published ones.
 *
 * @throws ConfigError when the file names no three means and deviations; FormatError when it is no JSON
 */
export async function readPixelStatistics(
  folder: string,
  published: PixelStatistics,
): Promise<PixelStatistics> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return published;
  const json = (await readConfigJson(path)) as Record<string, unknown>;
  if (json['do_normalize'] === false) return { mean: [0, 0, 0], std: [1, 1, 1] };
  const triple = (field: string, fallback: readonly number[]): readonly number[] => {
    const value = json[field] ?? fallback;
    const isTriple =
      Array.isArray(value) &&
      value.length === 3 &&
      value.every((entry) => typeof entry === 'number' && (field === 'image_mean' || entry > 0));
    if (isTriple) return value as number[];
    throw new ConfigError(
      `${path}: field '${field}' does not fit; expected three numbers, one per channel, got ${JSON.stringify(value)}; fetch the model again`,
    );
  };
  return {
    mean: triple('image_mean', published.mean),
    std: triple('image_std', published.std),
  };
}
