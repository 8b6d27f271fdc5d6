import { describe, expect, it } from 'vitest';
import type { TensorFlowBinding } from '../engine/tensorflow-backend';
import { RoundedCopies } from './rounded-copies';

describe('copies in bfloat16', () => {
  it('are made once for all users, and live as long as one of them', () => {
    const alive = new Set<number>();
    let made = 100;
    const native = {
      executeOp: () => [{ id: [...alive.add(++made)].at(-1) }],
      deleteTensor: (id: number) => void alive.delete(id),
    } as unknown as TensorFlowBinding;
    const copies = new RoundedCopies(native);
    const [weight, other] = [{}, {}];
    expect(copies.acquire(weight, 1)).toBe(101);
    expect(copies.acquire(weight, 1)).toBe(101);
    expect(copies.acquire(other, 2)).toBe(102);
    copies.release(weight);
    expect([...alive]).toEqual([101, 102]);
    copies.release(weight);
    copies.release(weight); // nobody's any more
    expect([...alive]).toEqual([102]);
    expect(copies.acquire(weight, 1)).toBe(103);
  });
});
