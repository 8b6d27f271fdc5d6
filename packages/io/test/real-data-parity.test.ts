import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readVolume } from '../src/index';

/** What other readers find in a file; written by tools/reference/io/generate.py. */
interface Expected {
  reader: string;
  shape: number[];
  spacing: number[];
  origin: number[];
  direction: number[];
  min: number;
  max: number;
  mean: number;
  sha256: string;
  /** HU between neighbouring stored values. */
  step?: number;
}

const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const EXPECTED = JSON.parse(
  readFileSync(new URL('./expected/real-data.json', import.meta.url), 'utf8'),
) as Record<string, Expected>;

/**
 * Decoders of lossy JPEG round differently, as interpolation and a stretch of grey values do: range
 * and mean are compared, not each value.
 */
const ROUNDED =
  /JPEGProcess(1|2_4|6_8|10_12)Transfer|JPEG2000TransferSyntax|_8bit|\.jpg|CT0012|_f16\.npy|tilt/;

function sha256(values: ArrayLike<number>): string {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return createHash('sha256').update(bytes).digest('hex');
}

const closeTo = (actual: readonly number[], expected: readonly number[], digits: number): void =>
  expected.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, digits));

describe.skipIf(!existsSync(DATA))(
  'real files as pydicom, nibabel, SimpleITK, NumPy and Pillow read them (skipped without ../shared/data)',
  () => {
    it.each(Object.entries(EXPECTED))('%s', async (name, expected) => {
      const { volume } = await readVolume(join(DATA, name));
      expect(volume.shape).toEqual(expected.shape);
      closeTo(volume.spacing, expected.spacing, 4);
      closeTo(volume.direction, expected.direction, 4);
      closeTo(volume.origin, expected.origin, 3);
      if (!ROUNDED.test(name)) {
        expect(sha256(volume.data)).toBe(expected.sha256);
        return;
      }
      let [low, high, sum] = [Infinity, -Infinity, 0];
      for (const value of volume.data) {
        low = Math.min(low, value);
        high = Math.max(high, value);
        sum += value;
      }
      const tolerance = (expected.step ?? 1) * 1.001;
      expect(Math.abs(low - expected.min)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(high - expected.max)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(sum / volume.data.length - expected.mean)).toBeLessThanOrEqual(tolerance / 2);
    });
  },
);
