import { UnsupportedError } from '@omnict/core';
import type { AxisWeights } from '../resample-weights';
import { VOXELS_WASM } from './voxels-wasm';

/** The part used here: TypeScript has it only among the types of browsers. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: object };
};

type Place = number;

/** What `assembly/voxels.ts` exports; places are bytes in its memory. */
interface Exports {
  memory: { buffer: ArrayBuffer; grow(pages: number): void };
  rescaleInt16(
    source: Place,
    target: Place,
    count: number,
    left: number,
    right: number,
    mask: number,
    intercept: number,
  ): number;
  windowInt16(source: Place, target: Place, count: number, low: number, scale: number): void;
  mix(low: Place, high: Place, target: Place, count: number, share: number): void;
  accumulate(values: Place, target: Place, count: number, share: number): void;
  resizePlane(
    plane: Place,
    width: number,
    row: Place,
    target: Place,
    heightOut: number,
    widthOut: number,
    firstRows: Place,
    rowTaps: number,
    rowShares: Place,
    firstCells: Place,
    cellTaps: number,
    cellShares: Place,
  ): void;
}

/** How to keep the bits that count: shifts left, then right with the sign, then a mask. */
export interface CountedBits {
  left: number;
  right: number;
  /** Takes an unsigned value's copies of its highest bit away again. */
  mask: number;
}

/** Bytes of a page of WebAssembly memory, and how many pages there may be. */
const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;

/** Memory that is kept for the next work; more is given back. */
const KEPT_BYTES = 64 * 2 ** 20;

/** Every area begins at a multiple of it. */
const ALIGNMENT = 16;

/** Bytes that areas of these lengths take, in `reserve`. */
export function areaBytes(elements: number, bytesPerElement: number, areas = 1): number {
  return areas * (elements * bytesPerElement + ALIGNMENT);
}

let compiled: object | undefined;
let idle: VoxelKernels | undefined;

/**
 * Runs loops over voxels in WebAssembly: lends their memory, with room for some bytes, to a piece of work.
 *
 * @throws UnsupportedError when the work needs more than 4 GiB at once
 */
export function withVoxelKernels<T>(bytes: number, work: (kernels: VoxelKernels) => T): T {
  const kernels = idle ?? new VoxelKernels();
  idle = undefined; // work inside this work gets memory of its own
  try {
    kernels.reserve(bytes);
    return work(kernels);
  } finally {
    if (kernels.bytes <= KEPT_BYTES) idle = kernels;
  }
}

/**
 * The loops of `assembly/voxels.ts` over typed arrays that lie in their memory.
 *
 * They round as the same loops in JavaScript do: sums are float64, results float32.
 */
export class VoxelKernels {
  private readonly exports: Exports;
  private next = 0;

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(VOXELS_WASM, 'base64'));
    this.exports = new WebAssembly.Instance(compiled).exports as unknown as Exports;
  }

  /** Size of its memory. */
  get bytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /** Makes room; ends all areas handed out before. */
  reserve(bytes: number): void {
    const { memory } = this.exports;
    const pages = Math.ceil(bytes / PAGE_BYTES) + 1;
    if (pages > MAX_PAGES) refuse(bytes, 'at most 4096 MiB');
    const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
    try {
      if (missing > 0) memory.grow(missing);
    } catch (error) {
      refuse(bytes, 'what the machine has free', error);
    }
    this.next = ALIGNMENT;
  }

  /** An area of the memory; what it holds at first is left over from before. */
  float32(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.exports.memory.buffer, this.take(4 * length), length);
  }

  /** @see float32 */
  int32(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.exports.memory.buffer, this.take(4 * length), length);
  }

  /** @see float32 */
  int16(length: number): Int16Array<ArrayBuffer> {
    return new Int16Array(this.exports.memory.buffer, this.take(2 * length), length);
  }

  /** Stored values to HU with a slope of 1. @returns whether int16 holds every one */
  rescale(
    source: Int16Array,
    target: Int16Array,
    { left, right, mask, intercept }: CountedBits & { intercept: number },
  ): boolean {
    const places = [source.byteOffset, target.byteOffset, source.length] as const;
    return this.exports.rescaleInt16(...places, left, right, mask, intercept) === 0;
  }

  /** `(value - low) * scale - 1`, clamped to [-1, 1]. */
  window(
    source: Int16Array,
    target: Float32Array,
    { low, scale }: { low: number; scale: number },
  ): void {
    this.exports.windowInt16(source.byteOffset, target.byteOffset, target.length, low, scale);
  }

  /** `low + share * (high - low)`. */
  mix(
    { low, high }: { low: Float32Array; high: Float32Array },
    share: number,
    target: Float32Array,
  ): void {
    const { length, byteOffset } = target;
    this.exports.mix(low.byteOffset, high.byteOffset, byteOffset, length, share);
  }

  /** Adds `share * value`. */
  accumulate(values: Float32Array, share: number, target: Float32Array): void {
    this.exports.accumulate(values.byteOffset, target.byteOffset, target.length, share);
  }

  /**
   * A plane at another size.
   *
   * @param plane `[H, W]`, H to be had from the weights @param row room for `[W]` @param target of the new size
   */
  resizePlane(
    { plane, row }: { plane: Float32Array; row: Float32Array },
    { y, x }: { y: AxisWeights; x: AxisWeights },
    target: Float32Array,
  ): void {
    const sizes = [y.first.length, x.first.length] as const;
    this.exports.resizePlane(
      ...([plane.byteOffset, row.length, row.byteOffset, target.byteOffset, ...sizes] as const),
      ...([y.first.byteOffset, y.taps, y.shares.byteOffset] as const),
      ...([x.first.byteOffset, x.taps, x.shares.byteOffset] as const),
    );
  }

  private take(bytes: number): number {
    const start = this.next;
    this.next = Math.ceil((start + bytes) / ALIGNMENT) * ALIGNMENT;
    return start;
  }
}

function refuse(bytes: number, expected: string, cause?: unknown): never {
  throw new UnsupportedError(
    `planes of this image take ${Math.ceil(bytes / 2 ** 20)} MiB to work on; expected ${expected}; crop it, or shrink it in steps`,
    { cause },
  );
}
