import type { DataId } from '@tensorflow/tfjs-core';
import type { TensorFlowBinding } from '../engine/tensorflow-backend';
import { BFLOAT16, FLOAT32 } from '../engine/types';

/** Copies in bfloat16 of values that graphs only read: one each, however many graphs read it. */
export class RoundedCopies {
  private readonly copies = new Map<DataId, { id: number; users: number }>();

  constructor(private readonly native: TensorFlowBinding) {}

  /**
   * The copy for one more user, made when it is the first.
   *
   * @param data what is copied, a float32 tensor @param source its number
   * @returns the copy's number
   */
  acquire(data: DataId, source: number): number {
    const copy = this.copies.get(data) ?? { id: this.round(source), users: 0 };
    copy.users++;
    this.copies.set(data, copy);
    return copy.id;
  }

  /** Ends a user's use; the last one's ends the copy. */
  release(data: DataId): void {
    const copy = this.copies.get(data);
    if (copy === undefined || --copy.users > 0) return;
    this.native.deleteTensor(copy.id);
    this.copies.delete(data);
  }

  private round(source: number): number {
    const { native } = this;
    const type = (name: string, value: number) => ({ name, type: native.TF_ATTR_TYPE, value });
    const attributes = [type('SrcT', FLOAT32), type('DstT', BFLOAT16)];
    const [output] = native.executeOp('Cast', attributes, [source], 1);
    return (output as { id: number }).id;
  }
}
