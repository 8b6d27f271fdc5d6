import type { OrganMask } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readMaskLayers, readVolume } from '../src/index';

const folder = fileURLToPath(new URL('expected/multi-frame/', import.meta.url));
/** As pydicom reads them: tools/reference/io/multi_frame.py. */
const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as {
  ct: { shape: number[]; spacing: number[]; origin: number[]; values: number[] };
  masks: Record<string, Record<string, number[][]>>;
};

/** Places of a segment's voxels in the patient: x, y, z in mm. */
function placesOf({ data, shape, spacing, origin, direction }: OrganMask, label: number) {
  const [, height, width] = shape;
  const places: number[][] = [];
  data.forEach((value, index) => {
    if (value !== label) return;
    const steps = [
      (index % width) * spacing[2],
      (Math.floor(index / width) % height) * spacing[1],
      Math.floor(index / (width * height)) * spacing[0],
    ] as const;
    const place = [0, 1, 2].map((axis) => {
      const along = [0, 1, 2].map((i) => (direction[3 * axis + i] ?? 0) * (steps[i] ?? 0));
      return (origin[axis] ?? 0) + along.reduce((sum, value) => sum + value, 0);
    });
    places.push(place.map((value) => Math.round(value * 1e4) / 1e4));
  });
  return places;
}

/** Places by lower-case name of the structure, in one order. */
const sortedAll = (all: [string, number[][]][]): Record<string, string[]> =>
  Object.fromEntries(
    all.map(([name, places]) => [name.toLowerCase(), places.map((place) => place.join()).sort()]),
  );

describe('DICOM of many frames', () => {
  it.each(Object.keys(expected.masks))(
    'a segmentation has the voxels of pydicom, and names nobody: %s',
    async (name) => {
      const found: Record<string, number[][]> = {};
      for (const layer of await readMaskLayers(folder + name)) {
        expect(JSON.stringify(layer.labels)).not.toMatch(/doe|jane/i);
        for (const [label, structure] of Object.entries(layer.labels)) {
          (found[structure.toLowerCase()] ??= []).push(...placesOf(layer, Number(label)));
        }
      }
      const theirs = Object.entries(expected.masks[name] ?? {});
      expect(sortedAll(Object.entries(found))).toEqual(sortedAll(theirs));
    },
  );

  it('an enhanced CT has the values of pydicom, each frame rescaled by its own rule', async () => {
    const { volume } = await readVolume(`${folder}ct.dcm`);
    expect(volume.shape).toEqual(expected.ct.shape);
    expect(volume.origin).toEqual(expected.ct.origin);
    volume.spacing.forEach((value, axis) => {
      expect(value).toBeCloseTo(expected.ct.spacing[axis] ?? 0, 9);
    });
    expect([...volume.data]).toEqual(expected.ct.values);
  });
});
