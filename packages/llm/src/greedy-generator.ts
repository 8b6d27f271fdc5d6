import * as tf from '@tensorflow/tfjs-core';
import { compile, type CompiledFunction, type NamedTensors } from '@omnict/nn';
import type { KeyValueCache } from './key-value-cache';
import type { LanguageModel } from './language-model';

/** Embedded prompts, padded on the left so that all end at the same place. */
export interface PromptBatch {
  /** float32 `[B, T, E]` */
  embeddings: tf.Tensor3D;
  /** `[B, T]`, 1 for tokens, 0 for padding */
  attentionMask: Int32Array;
}

/** When to stop. */
export interface GenerationLimits {
  maxNewTokens: number;
  /** Ids that end an answer; they are not part of it. */
  stopIds: readonly number[];
}

/**
 * Greedy generation for batches, with a key-value cache of fixed size: one graph for the prompts
 * and one for every further token.
 */
export class GreedyGenerator {
  private readonly prefill: CompiledFunction<NamedTensors, NamedTensors>;
  private readonly step: CompiledFunction<NamedTensors, NamedTensors>;
  constructor(private readonly model: LanguageModel) {
    this.prefill = compile((inputs) => this.runPrompts(inputs), { name: 'prefill' });
    this.step = compile((inputs) => this.runStep(inputs), { name: 'decode' });
  }

  /** Token ids of each answer, stop ids left out. */
  async generate(prompts: PromptBatch, limits: GenerationLimits): Promise<number[][]> {
    const [batch, length] = prompts.embeddings.shape;
    const total = length + limits.maxNewTokens;
    const stop = new Set(limits.stopIds);
    const answers: number[][] = Array.from({ length: batch }, () => []);
    const finished = new Set<number>();
    const lengths = promptLengths(prompts.attentionMask, batch);

    const attentionMask = tf.tensor2d(prompts.attentionMask, [batch, length], 'int32');
    const room = tf.zeros([limits.maxNewTokens]);
    let state = this.prefill({ embeddings: prompts.embeddings, attentionMask, room });
    tf.dispose([attentionMask, room]);
    const mask = widen(prompts.attentionMask, batch, total);
    for (let made = 0; ; made++) {
      const ids = Array.from(await (state['ids'] as tf.Tensor).data());
      ids.forEach((id, row) => {
        if (stop.has(id)) finished.add(row);
        if (!finished.has(row)) answers[row]?.push(id);
      });
      if (finished.size === batch || made + 1 === limits.maxNewTokens) break;
      for (let row = 0; row < batch; row++) mask[row * total + length + made] = 1;
      state = this.advance(state, {
        mask,
        place: length + made,
        positions: lengths.map((count) => count + made),
      });
    }
    tf.dispose(state);
    return answers;
  }

  dispose(): void {
    this.prefill.dispose();
    this.step.dispose();
  }

  private advance(
    state: NamedTensors,
    { mask, place, positions }: { mask: Int32Array; place: number; positions: number[] },
  ): NamedTensors {
    const batch = positions.length;
    const total = mask.length / batch;
    const inputs = {
      ...state,
      attentionMask: tf.tensor2d(mask.slice(), [batch, total], 'int32'),
      positions: tf.tensor2d(Int32Array.from(positions), [batch, 1], 'int32'),
      place: tf.tensor1d(Float32Array.from({ length: total }, (_, i) => (i === place ? 1 : 0))),
    };
    const next = this.step(inputs);
    tf.dispose(inputs);
    return next;
  }

  /** Prompts to the first new ids and a cache with room, as long as the input `room`, for the rest. */
  private runPrompts(inputs: NamedTensors): NamedTensors {
    const attentionMask = inputs['attentionMask'] as tf.Tensor2D;
    const embeddings = inputs['embeddings'] as tf.Tensor3D;
    const counted = tf.sub(tf.cumsum(attentionMask, 1), 1);
    const positions = tf.cast(tf.maximum(counted, 0), 'int32') as tf.Tensor2D;
    const { hidden, cache } = this.model.forward({ embeddings, positions, attentionMask });
    const [batch, length, size] = hidden.shape;
    const last = tf.reshape(tf.slice(hidden, [0, length - 1, 0], [batch, 1, size]), [batch, size]); // [B, E]
    const room = (inputs['room'] as tf.Tensor1D).size;
    const extend = (x: tf.Tensor4D): tf.Tensor4D =>
      tf.pad(x, [
        [0, 0],
        [0, 0],
        [0, room],
        [0, 0],
      ]);
    const padded = cache.map(({ keys, values }) => ({
      keys: extend(keys), // [B, g, T + room, d]
      values: extend(values),
    }));
    return { ids: this.mostLikely(last as tf.Tensor2D), ...flatten(padded) };
  }

  /** One token per sequence. */
  private runStep(inputs: NamedTensors): NamedTensors {
    const ids = inputs['ids'] as tf.Tensor1D;
    const { hidden, cache } = this.model.decode(
      {
        embeddings: this.model.embed(tf.expandDims(ids, 1) as tf.Tensor2D), // [B, 1, E]
        positions: inputs['positions'] as tf.Tensor2D,
        attentionMask: inputs['attentionMask'] as tf.Tensor2D,
      },
      { cache: unflatten(inputs), place: inputs['place'] as tf.Tensor1D },
    );
    const last = tf.squeeze(hidden, [1]) as tf.Tensor2D; // [B, E]
    return { ids: this.mostLikely(last), ...flatten(cache) };
  }

  private mostLikely(hidden: tf.Tensor2D): tf.Tensor1D {
    return tf.cast(tf.argMax(this.model.logits(hidden), -1), 'int32') as tf.Tensor1D; // [B]
  }
}

/** Compiled functions take flat records. */
function flatten(cache: KeyValueCache): NamedTensors {
  return Object.fromEntries(
    cache.flatMap(({ keys, values }, layer) => [
      [`keys${layer}`, keys],
      [`values${layer}`, values],
    ]),
  );
}

function unflatten(tensors: NamedTensors): KeyValueCache {
  const cache: KeyValueCache = [];
  for (let layer = 0; tensors[`keys${layer}`] !== undefined; layer++) {
    cache.push({
      keys: tensors[`keys${layer}`] as tf.Tensor4D,
      values: tensors[`values${layer}`] as tf.Tensor4D,
    });
  }
  return cache;
}

function promptLengths(mask: Int32Array, batch: number): number[] {
  const length = mask.length / batch;
  return Array.from({ length: batch }, (_, row) =>
    mask.subarray(row * length, (row + 1) * length).reduce((sum, value) => sum + value, 0),
  );
}

function widen(mask: Int32Array, batch: number, total: number): Int32Array {
  const length = mask.length / batch;
  const wide = new Int32Array(batch * total);
  for (let row = 0; row < batch; row++) {
    wide.set(mask.subarray(row * length, (row + 1) * length), row * total);
  }
  return wide;
}
