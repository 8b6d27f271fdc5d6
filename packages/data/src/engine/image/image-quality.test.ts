import { Random } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blurEffect } from './blur-effect';
import { noiseSigma } from './noise-sigma';

/** Made by tools/reference/data/image_quality.py. */
const EXPECTED = JSON.parse(
  readFileSync(new URL('../../../test/expected/blur-effect.json', import.meta.url), 'utf8'),
) as {
  height: number;
  width: number;
  planes: { name: string; plane: number[]; blur: number }[];
};

describe('blur effect', () => {
  const { height, width } = EXPECTED;

  it.each(EXPECTED.planes)('of $name is scikit-image’s', ({ plane, blur }) => {
    expect(blurEffect(Float32Array.from(plane), { width, height })).toBeCloseTo(blur, 6);
  });

  it('does not depend on the scale of grey', () => {
    const plane = EXPECTED.planes[1]?.plane ?? [];
    const scaled = Float32Array.from(plane, (grey) => 3 * grey - 1000);
    const [a, b] = [Float32Array.from(plane), scaled].map((p) => blurEffect(p, { width, height }));
    expect(a).toBeCloseTo(b as number, 4);
  });
});

describe('noise', () => {
  it.each([5, 20, 80])('of %s HU is found on a smooth ramp', (sigma) => {
    const random = new Random(sigma);
    const [width, height] = [160, 120];
    const plane = Float32Array.from(
      { length: width * height },
      (_, i) => 3 * (i % width) - 2 * Math.floor(i / width) + random.normal(0, sigma),
    );
    const found = noiseSigma(plane, { width, height });
    expect(Math.abs(found / sigma - 1)).toBeLessThan(0.03);
  });

  it('of a plane too small to tell is none', () => {
    expect(noiseSigma(Float32Array.of(1, 9), { width: 2, height: 1 })).toBe(0);
  });
});
