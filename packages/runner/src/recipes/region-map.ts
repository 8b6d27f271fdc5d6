import type { RegionVocabulary, Shape3D } from '@omnict/core';
import { phraseTarget, regionCovers, type RegionMaps } from '@omnict/phantom';

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
