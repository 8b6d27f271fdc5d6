import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readVolume } from '../../src/index';
import { RAMP, rampSlice, writeSlices } from '../ramp-series';

const root = mkdtempSync(join(tmpdir(), 'omnict-gaps-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
const series = (heights: readonly number[]): string => {
  const folder = join(root, String(count++));
  writeSlices(
    folder,
    heights.map((z) => rampSlice(z)),
  );
  return folder;
};

it.each([
  [
    'a slice 1.5 m away',
    [0, 0.5, 1, 1.5, 2, 2.5, 1500],
    /2994 of 3001 planes.*IM006\.dcm lies 1498 mm/,
  ],
  ['a slice at the end of the world', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 1e9], /IM006\.dcm lies/],
  ['the first slice far below', [-400, 0, 1, 2, 3, 4, 5], /IM000\.dcm lies 400 mm/],
  [
    'a wide gap among many',
    [...Array.from({ length: 200 }, (_, i) => i), 350],
    /IM200\.dcm lies 151 mm/,
  ],
] as const)('invents no planes for %s', async (_, heights, message) => {
  await expect(readVolume(series(heights))).rejects.toThrow(message);
});

it('leaves a far slice where it is when gaps are only to be told', async () => {
  const { volume } = await readVolume(series([0, 1, 2, 500]), { onMissingSlice: 'warn' });
  expect(volume.shape[0]).toBe(4);
});

it('tells uneven spacing from missing slices', async () => {
  const uneven = [0, 2, 4, 6, 8, 10, 12, 16, 20, 24, 28];
  expect((await readVolume(series(uneven))).warnings.join()).toMatch(
    /11 slices are unevenly spaced, 2\.000 to 4\.000 mm/,
  );
  const odd = [0, 2, 4, 7, 9, 11];
  expect((await readVolume(series(odd))).warnings.join()).toMatch(/unevenly spaced/);
  const missing = [0, 2, 4, 8, 10, 12, 18, 20];
  expect((await readVolume(series(missing))).warnings.join()).toMatch(
    /3 slices are missing among 8/,
  );
});

it('refuses slices that lie beside each other', async () => {
  const folder = join(root, 'scattered');
  const beside = [0, 2, 4].map((z) => rampSlice(z, { '00200032': ['DS', `${z * 1e6}\\0\\${z}`] }));
  writeSlices(folder, beside);
  await expect(readVolume(folder)).rejects.toThrow(/lie beside each other/);
});

it('cuts nothing off when a tilted scan is straightened', async () => {
  // A body that fills every frame, at constant value; 20 degrees of tilt.
  const folder = join(root, 'tilted');
  const [sin, cos] = [Math.sin(Math.PI / 9), Math.cos(Math.PI / 9)];
  const body = Buffer.from(new Uint16Array(RAMP.rows * RAMP.columns).fill(1024 + 40).buffer);
  writeSlices(
    folder,
    Array.from({ length: 10 }, (_, i) =>
      rampSlice(0, {
        '00080018': ['UI', `1.2.7.${i}`],
        '00200032': ['DS', `-10\\-20\\${(2.5 * i).toFixed(4)}`],
        '00200037': ['DS', `1\\0\\0\\0\\${cos.toFixed(8)}\\${sin.toFixed(8)}`],
        '7FE00010': ['OW', body],
      }),
    ),
  );
  const { volume, warnings } = await readVolume(folder);
  const [depth, height, width] = volume.shape;
  expect(warnings.join()).toMatch(new RegExp(`upright grid of ${height} x ${width} pixels`));
  expect(height).toBeGreaterThan(RAMP.rows);
  for (let k = 0; k < depth; k++) {
    const column = Array.from(
      { length: height },
      (_, j) => volume.data[(k * height + j) * width + 5],
    );
    const rows = column.filter((value) => Math.abs((value as number) - 40) < 1e-3).length;
    expect(rows).toBeGreaterThanOrEqual(RAMP.rows - 1); // one row mixes with none beyond it
  }
});
