import type { NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchIndices } from './batch-order';
import type { BatchPlan } from './batch-plan';
import type { MicroBatches } from './training-step';

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
    private readonly batchOf: (indices: BatchIndices) => NamedTensors | Promise<NamedTensors>,
    private readonly microBatchSize: number,
  ) {}

  /** The batch of a step. Its tensors are freed as the next micro-batch is asked for. */
  batch(step: number): FedBatch {
    const parts = this.partsOf(step);
    const fed: FedBatch = {
      indices: parts.flat(),
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
      fed.tokens += inputs['attentionMask']?.size ?? 0;
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
    return this.batchOf(this.partsOf(step)[part] as BatchIndices);
  }

  private partsOf(step: number): BatchIndices[] {
    const indices = this.plan.batch(step);
    const count = Math.ceil(indices.length / this.microBatchSize);
    return Array.from({ length: count }, (_, part) =>
      indices.slice(part * this.microBatchSize, (part + 1) * this.microBatchSize),
    );
  }
}
