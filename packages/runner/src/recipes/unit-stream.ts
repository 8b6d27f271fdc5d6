import { regionCovers } from '@omnict/phantom';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import { Random } from '@omnict/core';
import type { PhantomPool, PreparedPhantom } from './phantom-pool';

/** One input of the encoder, and how much of each of its patches each phrase describes. */
export interface Unit {
  /** `[3, H, W]` in [-1, 1]. */
  pixels: Float32Array;
  /** `[P, K]`, shares in 0..1. */
  covers: Float32Array;
}

/** How units are drawn. */
export interface UnitStreamOptions {
  /** Patches per side. */
  patches: number;
  /** Share of the units that are made of three neighbours; the others repeat one slice. */
  composed: number;
  /** Units without a finding that are drawn again; the rest are kept. */
  rejectEmpty: number;
}

/** Most pixels a unit is shifted by: the encoder must not learn places by heart. */
const MAX_SHIFT = 5;

/** Draws units of both kinds, so that no arm of the SCE ablation is favoured. */
export class UnitStream {
  private readonly random: Random;

  constructor(
    private readonly pool: PhantomPool,
    private readonly options: UnitStreamOptions,
    seed: string,
  ) {
    this.random = new Random(`units/${seed}`);
  }

  next(): Unit {
    const { random, pool } = this;
    for (;;) {
      const phantom = pool.choose(random);
      const first = random.integer(phantom.shape[0] - SLICES_PER_UNIT + 1);
      const end = first + SLICES_PER_UNIT;
      const rejects = random.uniform() < this.options.rejectEmpty;
      if (!rejects || hasFinding(phantom, first, end)) return this.unit(phantom, first);
    }
  }

  private unit(phantom: PreparedPhantom, first: number): Unit {
    const { random, options } = this;
    const isComposed = random.uniform() < options.composed;
    const planes = [0, 1, 2].map((offset) => first + (isComposed ? offset : 1));
    const shift = [0, 0].map(() => random.integer(2 * MAX_SHIFT + 1) - MAX_SHIFT);
    const shifted = <T extends Float32Array | Uint8Array>(source: T, fill: number): T =>
      shiftedPlanes(source, { planes, shape: phantom.shape, shift, fill });
    const [, height, width] = phantom.shape;
    const maps = {
      labels: shifted(phantom.labels, 0),
      findings: shifted(phantom.findings, 0),
      shape: [SLICES_PER_UNIT, height, width] as const,
    };
    return {
      pixels: shifted(phantom.pixels, -1),
      covers: regionCovers(maps, [0, SLICES_PER_UNIT], options.patches),
    };
  }
}

function hasFinding({ findings, shape }: PreparedPhantom, first: number, end: number): boolean {
  const plane = shape[1] * shape[2];
  for (let i = first * plane; i < end * plane; i += 3) if (findings[i] !== 0) return true;
  return false;
}

/** Planes one after another, moved by `[rows, columns]`; what comes in from outside is `fill`. */
function shiftedPlanes<T extends Float32Array | Uint8Array>(
  source: T,
  {
    planes,
    shape: [, height, width],
    shift: [down = 0, right = 0],
    fill,
  }: {
    planes: readonly number[];
    shape: PreparedPhantom['shape'];
    shift: readonly number[];
    fill: number;
  },
): T {
  const plane = height * width;
  const output = new (source.constructor as new (length: number) => T)(planes.length * plane);
  output.fill(fill);
  const columns = width - Math.abs(right);
  for (const [index, z] of planes.entries()) {
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      const from = z * plane + (y - down) * width + Math.max(0, -right);
      output.set(
        source.subarray(from, from + columns) as T & ArrayLike<number>,
        index * plane + y * width + Math.max(0, right),
      );
    }
  }
  return output;
}
