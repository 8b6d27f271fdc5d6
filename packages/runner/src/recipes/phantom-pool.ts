import {
  phantomGrid,
  type RegionMaps,
  renderPhantom,
  samplePhantom,
  type LesionOptions,
} from '@omnict/phantom';
import { prepareVolume, resampleNearest } from '@omnict/io';
import { Random, type Shape3D } from '@omnict/core';

/** A phantom as the encoder sees it, and what is where. */
export interface PreparedPhantom extends RegionMaps {
  /** Float32 `[D, H, W]` in [-1, 1]. */
  pixels: Float32Array;
}

/** How a pool's phantoms are made. */
export interface PhantomPoolOptions {
  /** Names the stream: pools of other names share no phantom, nor does any dataset. */
  name: string;
  /** Phantoms kept at a time. */
  size: number;
  /** Voxels `[D, H, W]` of prepared phantoms. */
  shape: Shape3D;
  /** HU that become -1 and 1. */
  window: readonly [low: number, high: number];
  /** Share of the phantoms that are crowded with lesions; the others are as in the benchmark. */
  crowded: number;
}

/** Lesions in a crowded phantom: of nine in ten hosts, up to three a side. */
export const CROWDED: LesionOptions = { share: 0.9, crowd: 3 };

/**
 * An endless stream of rendered phantoms through a pool of constant size: each draw comes from any
 * phantom in the pool, and {@link renew} replaces the oldest. Thousands are seen, few are in memory.
 */
export class PhantomPool {
  private readonly phantoms: PreparedPhantom[] = [];
  private drawn = 0;

  constructor(private readonly options: PhantomPoolOptions) {}

  /** Draws new phantoms in place of the oldest; fills an empty pool first. */
  renew(count: number): void {
    const { size } = this.options;
    const missing = size - this.phantoms.length;
    for (let i = 0; i < Math.max(count, missing); i++) {
      this.phantoms[this.drawn % size] = this.next();
    }
  }

  /** One of the pool's phantoms. */
  choose(random: Random): PreparedPhantom {
    return random.choice(this.phantoms);
  }

  private next(): PreparedPhantom {
    const { name, shape, window, crowded } = this.options;
    const random = new Random(`phantom-pool/${name}/${this.drawn++}`);
    const lesions = random.uniform() < crowded ? CROWDED : {};
    const phantom = samplePhantom('pool', random.fork('phantom'), lesions);
    const grid = phantomGrid([shape[0], 128, 128]);
    const { volume, mask, findings } = renderPhantom(phantom, grid, random.fork('pixels'));
    return {
      pixels: prepareVolume(volume, { window: [...window], size: shape }).data,
      labels: resampleNearest(mask.data, grid.shape, shape) as Uint8Array,
      findings: resampleNearest(findings, grid.shape, shape) as Uint8Array,
      shape,
    };
  }
}
