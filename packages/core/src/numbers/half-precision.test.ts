import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half-precision';

const expected = JSON.parse(
  readFileSync(new URL('../../test/expected/half-precision.json', import.meta.url), 'utf8'),
) as { values: number[]; float16Bits: number[]; bfloat16Bits: number[] };

describe('half precision', () => {
  const values = Float32Array.from(expected.values);

  it('rounds to the bits PyTorch rounds to', () => {
    // The sign of -0 is lost in JSON: the second value is tested below.
    const without = (bits: ArrayLike<number>): number[] =>
      Array.from(bits).filter((_, i) => i !== 1);
    expect(without(float32ToFloat16(values))).toEqual(without(expected.float16Bits));
    expect(without(float32ToBfloat16(values))).toEqual(without(expected.bfloat16Bits));
    expect(float32ToFloat16(Float32Array.of(-0))[0]).toBe(0x8000);
  });

  it('reads back every finite float16 it writes', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const back = float32ToFloat16(float16ToFloat32(all));
    const isNaN16 = (bits: number): boolean => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    for (let bits = 0; bits < 65536; bits++) {
      if (!isNaN16(bits) && back[bits] !== bits) expect(back[bits]).toBe(bits);
    }
    expect(float16ToFloat32(Uint16Array.of(0x7c00, 0xfc00))).toEqual(
      Float32Array.of(Infinity, -Infinity),
    );
  });

  it('keeps NaN a NaN', () => {
    const nan = Float32Array.of(NaN);
    expect(float16ToFloat32(float32ToFloat16(nan))[0]).toBeNaN();
    expect(bfloat16ToFloat32(float32ToBfloat16(nan))[0]).toBeNaN();
  });
});
