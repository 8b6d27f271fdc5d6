/** A draw at a rung, which it may leave. */
export interface Promotion {
  arm: number;
  /** From 0. */
  rung: number;
}

/**
 * Decides which draws go on: of those that have come to a rung the best one of `factor`, each as soon
 * as it is among them, without waiting for the others.
 *
 * @see Li et al. (2020), A System for Massively Parallel Hyperparameter Tuning, Algorithm 2
 */
export class Asha {
  private readonly losses: Map<number, number>[];
  private readonly promoted: Set<number>[];

  constructor(
    private readonly factor: number,
    rungs: number,
  ) {
    this.losses = Array.from({ length: rungs }, () => new Map<number, number>());
    this.promoted = Array.from({ length: rungs }, () => new Set<number>());
  }

  /** Rung that a draw works towards; the number of rungs when it runs to its end. */
  rungOf(arm: number): number {
    return this.promoted.filter((arms) => arms.has(arm)).length;
  }

  /** Whether a draw's figure at a rung is known. */
  hasReport(arm: number, rung: number): boolean {
    return this.losses[rung]?.has(arm) === true;
  }

  /** Notes a draw's figure at a rung that it came to; lower is better, NaN is worst. */
  report({ arm, rung }: Promotion, loss: number): void {
    this.losses[rung]?.set(arm, Number.isNaN(loss) ? Infinity : loss);
  }

  /** The draw that may go on, from the highest rung; undefined when none may yet. */
  next(): Promotion | undefined {
    for (let rung = this.losses.length - 1; rung >= 0; rung--) {
      const losses = [...(this.losses[rung] ?? [])];
      const best = losses
        .sort(([arm, loss], [other, otherLoss]) => loss - otherLoss || arm - other)
        .slice(0, Math.floor(losses.length / this.factor));
      const found = best.find(([arm, loss]) => loss < Infinity && !this.promoted[rung]?.has(arm));
      if (found !== undefined) return { arm: found[0], rung };
    }
    return undefined;
  }

  /** Whether a draw was sent on already. */
  isPromoted({ arm, rung }: Promotion): boolean {
    return this.promoted[rung]?.has(arm) === true;
  }

  /** Sends a draw on. */
  promote({ arm, rung }: Promotion): void {
    this.promoted[rung]?.add(arm);
  }
}
