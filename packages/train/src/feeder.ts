import type { NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchIndices } from './batch-order';
import type { BatchPlan } from './batch-plan';
import type { MicroBatches } from './training-step';

/**
 * Uploads samples. The trainer owns the tensors.
 *
 * @param indices of all samples @param groups the same, those about one image together; each alone where
 *   samples are not grouped
 */
export type BatchUpload = (
  indices: BatchIndices,
  groups: readonly BatchIndices[],
) => NamedTensors | Promise<NamedTensors>;

/** A batch on its way to the engine. */
export interface FedBatch extends MicroBatches {
  indices: BatchIndices;
  /** Positions of its sequences, so far. */
  tokens: number;
  /** Seconds that training waited for it, so far. */
  waitSeconds: number;
}

/**
 * Prepares the next micro-batch while the present one is computed: reads from disk go on in other
 * threads. Training waits for what is not ready by then. Two micro-batches are in memory at a time.
 */
export class Feeder {
  private next: { place: string; inputs: Promise<NamedTensors> } | undefined;

  constructor(
    private readonly plan: BatchPlan,
    private readonly batchOf: BatchUpload,
    private readonly microBatchSize: number,
  ) {}

  /** The batch of a step. Its tensors are freed as the next micro-batch is asked for. */
  batch(step: number): FedBatch {
    const parts = this.partsOf(step);
    const fed: FedBatch = {
      indices: parts.flat(2),
      length: parts.length,
      tokens: 0,
      waitSeconds: 0,
      [Symbol.asyncIterator]: () => this.microBatches(step, fed),
    };
    return fed;
  }

  /** Frees a micro-batch that nobody took. */
  async dispose(): Promise<void> {
    const inputs = await this.next?.inputs.catch(() => undefined);
    if (inputs !== undefined) tf.dispose(inputs);
    this.next = undefined;
  }

  private async *microBatches(step: number, fed: FedBatch): AsyncGenerator<NamedTensors> {
    for (let part = 0; part < fed.length; part++) {
      const started = performance.now();
      const inputs = await this.take(step, part);
      this.prepareAfter(step, part);
      fed.waitSeconds += (performance.now() - started) / 1000;
      fed.tokens += positionsIn(inputs);
      try {
        yield inputs;
      } finally {
        tf.dispose(inputs);
      }
    }
  }

  private take(step: number, part: number): Promise<NamedTensors> {
    const { next } = this;
    this.next = undefined;
    return next?.place === `${step}/${part}` ? next.inputs : this.prepare(step, part);
  }

  private prepareAfter(step: number, part: number): void {
    const isLastPart = part + 1 === this.partsOf(step).length;
    const [nextStep, nextPart] = isLastPart ? [step + 1, 0] : [step, part + 1];
    if (nextStep >= this.plan.totalSteps) return;
    const inputs = this.prepare(nextStep, nextPart);
    inputs.catch(() => undefined); // told when it is taken
    this.next = { place: `${nextStep}/${nextPart}`, inputs };
  }

  private async prepare(step: number, part: number): Promise<NamedTensors> {
    const groups = this.partsOf(step)[part] as readonly BatchIndices[];
    return this.batchOf(groups.flat(), groups);
  }

  private partsOf(step: number): (readonly BatchIndices[])[] {
    return microBatches(this.plan, step, this.microBatchSize);
  }
}

/** Groups of each micro-batch of a step: as many as have places in it, at least one. */
export function microBatches(
  plan: BatchPlan,
  step: number,
  microBatchSize: number,
): (readonly BatchIndices[])[] {
  const parts: BatchIndices[][] = [];
  let free = 0;
  for (const group of plan.batch(step)) {
    const places = plan.placesOf(group);
    if (places > free || parts.length === 0) {
      parts.push([]);
      free = microBatchSize;
    }
    free -= places;
    parts.at(-1)?.push(group);
  }
  return parts;
}

/** Positions of the sequences, padding included: each token has one, those of a shared prefix once. */
function positionsIn(inputs: NamedTensors): number {
  return Object.entries(inputs)
    .filter(([name]) => /positions$/i.test(name))
    .reduce((sum, [, { size }]) => sum + size, 0);
}
