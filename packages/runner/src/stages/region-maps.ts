import {
  FormatError,
  type RegionVocabulary,
  RegionVocabularySchema,
  type Shape3D,
} from '@omnict/core';
import { readNpy } from '@omnict/io';
import { phraseTarget, regionCovers, type RegionMaps, REGIONS_FILE } from '@omnict/phantom';
import { Ajv } from 'ajv';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetFolder } from './dataset';
import { PREPARED_FINDINGS, PREPARED_MASKS } from './prepare';

const validate = new Ajv().compile<RegionVocabulary>(RegionVocabularySchema);

/**
 * Reads what the values of a dataset's masks and findings maps mean.
 *
 * @returns undefined when the dataset does not say @throws FormatError when its file is wrong
 */
export async function readRegionVocabulary(dataset: string): Promise<RegionVocabulary | undefined> {
  const path = join(await datasetFolder(dataset), REGIONS_FILE);
  if (!existsSync(path)) return undefined;
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (validate(value)) return value;
  throw new FormatError(
    `${path}: is no region vocabulary: ${new Ajv().errorsText(validate.errors, { dataVar: 'regions' })}`,
  );
}

/** How an image's units are made, and what its maps mean. */
export interface RegionMapOptions {
  vocabulary: RegionVocabulary;
  /** Grid of the encoder's features `[Ns, H', W']`. */
  grid: Shape3D;
  /** Slices that one unit stands for. */
  slicesPerUnit: number;
  /** Whether a unit shows only its middle slice, as without composition. */
  middleOnly: boolean;
}

/**
 * Reads which phrases describe each patch of a prepared image, in what the encoder is shown of it.
 *
 * @param prepared outputs of the prepare stage @param key of the image
 * @returns `[Ns, H', W', K]`, 1 or 0; null for an image without a mask
 */
export async function readRegionMap(
  prepared: string,
  key: string,
  options: RegionMapOptions,
): Promise<Uint8Array | null> {
  const labels = await readMap(join(prepared, PREPARED_MASKS, `${key}.npy`));
  if (labels === null) return null;
  const found = await readMap(join(prepared, PREPARED_FINDINGS, `${key}.npy`));
  const findings = found?.data ?? new Uint8Array(labels.data.length);
  return regionMap({ labels: labels.data, findings, shape: labels.shape }, options);
}

/** Tells which phrases describe each patch of an image's units. @returns `[Ns, H', W', K]`, 1 or 0 */
export function regionMap(
  maps: RegionMaps,
  { vocabulary, grid: [units, side], slicesPerUnit, middleOnly }: RegionMapOptions,
): Uint8Array {
  const phrases = vocabulary.phrases.length;
  const perUnit = side * side * phrases;
  const map = new Uint8Array(units * perUnit);
  for (let unit = 0; unit < units; unit++) {
    const first = unit * slicesPerUnit;
    const middle = first + Math.floor(slicesPerUnit / 2);
    const planes = middleOnly ? [middle, middle + 1] : [first, first + slicesPerUnit];
    const covers = regionCovers(maps, planes as [number, number], side, vocabulary);
    for (let i = 0; i < perUnit; i++) {
      const isOrgan = i % phrases < vocabulary.organs;
      if (phraseTarget(covers[i] as number, isOrgan) === 1) map[unit * perUnit + i] = 1;
    }
  }
  return map;
}

async function readMap(path: string): Promise<{ data: Uint8Array; shape: Shape3D } | null> {
  if (!existsSync(path)) return null;
  const { data, shape } = await readNpy(path);
  return { data: data as Uint8Array, shape: shape as unknown as Shape3D };
}
