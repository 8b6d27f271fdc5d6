import { compile, type CompiledFunction, type NamedTensors, type Precision } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { fillCache, type LayerCacheVariables } from '../decoder/key-value-cache';
import type { LanguageModel } from '../decoder/language-model';
import { type GroupShape, groupShapes, type SequenceGroup } from '../decoder/sequence-group';
import { DecodingLoop, type NextTokens, type PromptBatch } from './decoding-loop';

type Compiled = CompiledFunction<NamedTensors, NamedTensors>;

/** Caches kept for sequences of different lengths: answers come sorted by length. */
const MAX_CACHES = 4;

/**
 * Generation for batches, with a key-value cache that is written in place: one graph for the prompts
 * and one for every further token.
 */
export class TextGenerator extends DecodingLoop<NamedTensors> {
  /** Graphs for short contexts and for long ones, which may have other positions. */
  private readonly prompts: readonly [short: Compiled, long: Compiled];
  private readonly step: readonly [short: Compiled, long: Compiled];
  private readonly caches = new Map<string, LayerCacheVariables[]>();

  /** With `precision` bf16 matrices are multiplied in it; it pays for several prompts at once. */
  constructor(
    private readonly model: LanguageModel,
    { precision }: { precision?: Precision | undefined } = {},
  ) {
    const { maxPositions, shortContext, config } = model;
    super({ maxPositions, shortContext, slidingWindow: config.slidingWindow });
    const both = (
      name: string,
      options: {
        run: (inputs: NamedTensors, isLong: boolean) => NamedTensors;
        eagerCalls?: number;
      },
    ): readonly [Compiled, Compiled] => {
      const { run, ...others } = options;
      const settings = { ...others, precision };
      return [
        compile((inputs: NamedTensors) => run(inputs, false), { name, ...settings }),
        compile((inputs: NamedTensors) => run(inputs, true), { name: `${name}-long`, ...settings }),
      ];
    };
    // Many prompts are the only ones of their length; of decoding steps there are always more.
    this.prompts = both('prefill', {
      run: (inputs, isLong) => this.runPrompts(inputs, isLong),
      eagerCalls: 1,
    });
    this.step = both('decode', { run: (inputs, isLong) => this.runStep(inputs, isLong) });
  }

  dispose(): void {
    for (const compiled of [...this.prompts, ...this.step]) compiled.dispose();
    for (const cache of this.caches.values()) {
      for (const { keys, values } of cache) tf.dispose([keys, values]);
    }
    this.caches.clear();
  }

  protected prefill(
    { embeddings, attentionMask, prefix }: PromptBatch,
    { room, isLong }: { room: number; isLong: boolean },
  ): NamedTensors {
    const [batch, length] = embeddings.shape;
    // Variables must be there before a graph is recorded.
    this.cacheFor(batch, (prefix?.shape[1] ?? 0) + length + room);
    const made = {
      attentionMask: tf.tensor2d(attentionMask, [batch, length], 'int32'),
      room: tf.zeros([room]),
    };
    const inputs = { embeddings, ...made, ...(prefix !== undefined && { prefix }) };
    const state = this.prompts[isLong ? 1 : 0](inputs);
    tf.dispose(made);
    return state;
  }

  protected advance(state: NamedTensors, next: NextTokens): NamedTensors {
    const { ids, mask, place, positions, isLong } = next;
    const batch = positions.length;
    const inputs: NamedTensors = {
      ids: tf.tensor1d(Int32Array.from(ids), 'int32'),
      attentionMask: tf.tensor2d(mask, [batch, mask.length / batch], 'int32'),
      positions: tf.tensor2d(Int32Array.from(positions), [batch, 1], 'int32'),
      place: tf.scalar(place, 'int32'),
    };
    const result = this.step[isLong ? 1 : 0](inputs);
    tf.dispose([inputs, state]);
    return result;
  }

  protected async likeliest(state: NamedTensors): Promise<number[]> {
    return Array.from(await (state['ids'] as tf.Tensor).data());
  }

  protected async scores(state: NamedTensors): Promise<Float32Array> {
    return (await (state['logits'] as tf.Tensor).data()) as Float32Array;
  }

  protected release(state: NamedTensors): void {
    tf.dispose(state);
  }

  embed(ids: tf.Tensor2D): tf.Tensor3D {
    return this.model.embed(ids);
  }

  /** Prompts to the first new ids; fills the cache, which has room, as long as the input `room`. */
  private runPrompts(inputs: NamedTensors, isLong: boolean): NamedTensors {
    const attentionMask = inputs['attentionMask'] as tf.Tensor2D;
    const embeddings = inputs['embeddings'] as tf.Tensor3D;
    const beginnings = inputs['prefix'] as tf.Tensor3D | undefined;
    const [batch, length, size] = embeddings.shape;
    const [prefixes, prefixLength] = beginnings?.shape ?? [0, 0];
    const counted = tf.add(tf.sub(tf.cumsum(attentionMask, 1), 1), prefixLength);
    const positions = tf.cast(tf.maximum(counted, 0), 'int32') as tf.Tensor2D;
    const group: SequenceGroup = {
      positions,
      attentionMask,
      places: tf.fill([batch, 1], length - 1, 'int32'),
      prefix: prefixes === 0 ? undefined : { positions: positionsOf(prefixes, prefixLength) },
    };
    const flat = (x: tf.Tensor3D): tf.Tensor2D => tf.reshape(x, [-1, size]);
    const { hidden, keyValues } = this.model.forwardGroups({
      embeddings: tf.concat([...(beginnings ? [flat(beginnings)] : []), flat(embeddings)]),
      groups: [group],
      isLong,
    });
    const total = prefixLength + length + (inputs['room'] as tf.Tensor1D).size;
    fillCache(this.cacheFor(batch, total), keyValues, groupShapes([group])[0] as GroupShape);
    return this.nextScores(hidden); // [B, E]
  }

  /** One token per sequence. */
  private runStep(inputs: NamedTensors, isLong: boolean): NamedTensors {
    const ids = inputs['ids'] as tf.Tensor1D;
    const attentionMask = inputs['attentionMask'] as tf.Tensor2D;
    const [batch, total] = attentionMask.shape;
    const hidden = this.model.decode(
      {
        embeddings: this.model.embed(tf.expandDims(ids, 1) as tf.Tensor2D), // [B, 1, E]
        positions: inputs['positions'] as tf.Tensor2D,
        attentionMask,
        isLong,
      },
      { cache: this.cacheFor(batch, total), place: inputs['place'] as tf.Scalar },
    );
    return this.nextScores(tf.squeeze(hidden, [1])); // [B, E]
  }

  /** The cache for a batch of sequences of a length; made anew when the length is. */
  private cacheFor(batch: number, total: number): LayerCacheVariables[] {
    const key = `${batch}/${total}`;
    let cache = this.caches.get(key);
    if (cache === undefined) {
      if (this.caches.size === MAX_CACHES) this.dispose(); // graphs go with the caches they use
      cache = this.model.createCache(batch, total);
      this.caches.set(key, cache);
    }
    return cache;
  }

  private nextScores(hidden: tf.Tensor2D): NamedTensors {
    const logits = this.model.logits(hidden); // [B, V]
    return { ids: tf.cast(tf.argMax(logits, -1), 'int32'), logits };
  }
}

/** `[rows, length]`, each 0, 1, 2, .. */
function positionsOf(rows: number, length: number): tf.Tensor2D {
  return tf.tile(tf.reshape(tf.range(0, length, 1, 'int32'), [1, length]), [rows, 1]);
}
