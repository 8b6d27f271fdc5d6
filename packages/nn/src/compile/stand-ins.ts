import { UnsupportedError } from '@omnict/core';
import type { TensorFlowBinding, TensorMetadata } from '../engine/tensorflow-backend';
import { FLOAT32 } from '../engine/types';

/** Tensors of fewer values are kept: they may be indices, and take no memory worth saving. */
const KEPT_BELOW = 2 ** 14;

/**
 * Lets one tensor stand for all of its shape while a function is recorded.
 *
 * A recording needs the kernel calls, not the values: the graph computes those. Without this a training
 * step would hold all that it computes at once, since tfjs frees nothing before the function ends; as
 * it is, memory for one tensor of each shape is enough. Whole numbers and truth values are kept as they are.
 */
export class StandIns {
  private readonly byShape = new Map<string, number>();
  /** Ids that tfjs holds, and the tensor that each now means; undefined behind the recording. */
  private readonly meaning = new Map<number, number | undefined>();

  private isOff = false;

  constructor(private readonly native: TensorFlowBinding) {}

  /** Tensors to compute with in place of those asked for. @throws UnsupportedError behind the recording */
  resolve(ids: readonly number[]): number[] {
    return ids.map((id) => {
      if (!this.meaning.has(id)) return id;
      const meant = this.meaning.get(id);
      if (meant !== undefined) return meant;
      throw new UnsupportedError(
        'compile: a tensor that a function made while it was recorded is used outside of it; expected only what the function returns; return it',
      );
    });
  }

  /** Frees what a kernel gave if another tensor can stand for it. */
  replace(outputs: readonly TensorMetadata[]): void {
    if (this.isOff) return;
    for (const { id, shape, dtype } of outputs) {
      if (dtype !== FLOAT32 || shape.reduce((a, b) => a * b, 1) < KEPT_BELOW) continue;
      const key = shape.join(',');
      const known = this.byShape.get(key);
      this.meaning.set(id, known ?? id);
      if (known === undefined) this.byShape.set(key, id);
      else this.native.deleteTensor(id);
    }
  }

  /** Runs a function with every tensor kept. */
  without<T>(run: () => T): T {
    this.isOff = true;
    try {
      return run();
    } finally {
      this.isOff = false;
    }
  }

  /** Forgets an id. @returns false when it is a tensor of its own, which is to be freed */
  forget(id: number): boolean {
    return this.meaning.delete(id);
  }

  /** Ends a recording: frees the tensors. */
  clear(): void {
    for (const id of this.byShape.values()) this.native.deleteTensor(id);
    this.byShape.clear();
    for (const id of this.meaning.keys()) this.meaning.set(id, undefined);
  }
}
