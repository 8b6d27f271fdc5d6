import { compile, type CompiledFunction, type NamedTensors, type Precision } from '@omnict/nn';
import { ConfigError, Random, ShapeError, UnsupportedError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { fillCache, type LayerCacheVariables } from '../decoder/key-value-cache';
import type { LanguageModel } from '../decoder/language-model';
import { type GroupShape, groupShapes, type SequenceGroup } from '../decoder/sequence-group';
import { checkSampling, chooseToken, isGreedy, type SamplingOptions } from './sampling';

/** Embedded prompts, padded on the left so that all end at the same place. */
export interface PromptBatch {
  /** float32 `[B, T, E]` */
  embeddings: tf.Tensor3D;
  /** `[B, T]`, 1 for tokens, 0 for padding */
  attentionMask: Int32Array;
  /**
   * float32 `[I, P, E]`: what the prompts begin with, all tokens; prompt b has beginning
   * `floor(b / (B / I))`, which is computed once.
   */
  prefix?: tf.Tensor3D | undefined;
  /** Ids of each prompt that the repetition penalty applies to. */
  ids?: readonly (readonly number[])[];
}

/** How and how long to generate. */
export interface GenerationOptions extends SamplingOptions {
  maxNewTokens: number;
  /** Ids that end an answer; they are not part of it. */
  stopIds: readonly number[];
  /** Called with every new token; returning true ends that row's answer. */
  onToken?: (row: number, ids: readonly number[]) => boolean | void;
  /** Seeds sampling. Default 0. */
  seed?: number | string;
  signal?: AbortSignal;
}

type Compiled = CompiledFunction<NamedTensors, NamedTensors>;

/** Caches kept for sequences of different lengths: answers come sorted by length. */
const MAX_CACHES = 4;

/**
 * Generation for batches, with a key-value cache that is written in place: one graph for the prompts
 * and one for every further token.
 */
export class TextGenerator {
  /** Graphs for short contexts and for long ones, which may have other positions. */
  private readonly prefill: readonly [short: Compiled, long: Compiled];
  private readonly step: readonly [short: Compiled, long: Compiled];
  private readonly caches = new Map<string, LayerCacheVariables[]>();

  /** With `precision` bf16 matrices are multiplied in it; it pays for several prompts at once. */
  constructor(
    private readonly model: LanguageModel,
    { precision }: { precision?: Precision | undefined } = {},
  ) {
    const both = (
      name: string,
      run: (inputs: NamedTensors, isLong: boolean) => NamedTensors,
    ): readonly [Compiled, Compiled] => [
      compile((inputs: NamedTensors) => run(inputs, false), { name, precision }),
      compile((inputs: NamedTensors) => run(inputs, true), { name: `${name}-long`, precision }),
    ];
    this.prefill = both('prefill', (inputs, isLong) => this.runPrompts(inputs, isLong));
    this.step = both('decode', (inputs, isLong) => this.runStep(inputs, isLong));
  }

  /**
   * Token ids of each answer, stop ids left out.
   *
   * @throws ConfigError when an option is out of range or the sequence would outgrow the model;
   *   the signal's reason when aborted
   */
  async generate(prompts: PromptBatch, options: GenerationOptions): Promise<number[][]> {
    checkSampling(options);
    checkPrefix(prompts, this.model.config);
    const { maxNewTokens } = options;
    if (!Number.isSafeInteger(maxNewTokens) || maxNewTokens < 0) {
      throw new ConfigError(
        `generate: maxNewTokens: expected a whole number from 0, got ${maxNewTokens}; correct it`,
      );
    }
    const answers: number[][] = Array.from({ length: prompts.embeddings.shape[0] }, () => []);
    if (maxNewTokens === 0) return answers;
    const finished = new Set<number>();
    const choose = this.chooser(prompts, options);
    const onIds = (ids: readonly number[]): boolean => {
      ids.forEach((id, row) => {
        if (options.stopIds.includes(id)) finished.add(row);
        if (finished.has(row)) return;
        const answer = answers[row] as number[];
        answer.push(id);
        if (options.onToken?.(row, answer) === true) finished.add(row);
      });
      return finished.size === answers.length;
    };
    const left = await this.run(prompts, options, { choose, onIds });
    if (left === 0) return answers;
    // The longest sequence outgrew the short context: all is computed anew with the long positions.
    const extended = this.extend(prompts, answers);
    await this.run(extended, { ...options, maxNewTokens: left }, { choose, onIds });
    extended.embeddings.dispose();
    return answers;
  }

  dispose(): void {
    for (const compiled of [...this.prefill, ...this.step]) compiled.dispose();
    for (const cache of this.caches.values()) {
      for (const { keys, values } of cache) tf.dispose([keys, values]);
    }
    this.caches.clear();
  }

  /** Generates until done, or until the short context ends. @returns tokens still to be made */
  private async run(
    prompts: PromptBatch,
    { maxNewTokens, signal }: GenerationOptions,
    {
      choose,
      onIds,
    }: {
      choose: (state: NamedTensors) => Promise<number[]>;
      onIds: (ids: readonly number[]) => boolean;
    },
  ): Promise<number> {
    const { embeddings, prefix } = prompts;
    const [batch] = embeddings.shape;
    const whole = wholeMask(prompts);
    const length = whole.length / batch; // P + T
    const lengths = promptLengths(whole, batch);
    const longest = Math.max(...lengths);
    if (longest + maxNewTokens > this.model.maxPositions) {
      throw new ConfigError(
        `generate: prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the model; expected at most ${this.model.maxPositions} together; shorten the question or maxNewTokens`,
      );
    }
    const isLong = longest > this.model.shortContext;
    const total = length + maxNewTokens;
    this.cacheFor(batch, total); // variables must be there before a graph is recorded
    const attentionMask = tf.tensor2d(prompts.attentionMask, [batch, embeddings.shape[1]], 'int32');
    const room = tf.zeros([maxNewTokens]);
    const inputs = { embeddings, attentionMask, room, ...(prefix !== undefined && { prefix }) };
    let state = this.prefill[isLong ? 1 : 0](inputs);
    tf.dispose([attentionMask, room]);
    const mask = widen(whole, batch, total);
    try {
      for (let made = 0; ; made++) {
        signal?.throwIfAborted();
        const ids = await choose(state);
        if (onIds(ids) || made + 1 === maxNewTokens) return 0;
        if (!isLong && longest + made + 1 > this.model.shortContext) return maxNewTokens - made - 1;
        for (let row = 0; row < batch; row++) mask[row * total + length + made] = 1;
        const positions = lengths.map((count) => count + made);
        state = this.advance(state, { ids, mask, place: length + made, positions, isLong });
      }
    } finally {
      tf.dispose(state);
    }
  }

  /** Chooses the next id of each row from the last outputs. */
  private chooser(
    prompts: PromptBatch,
    options: GenerationOptions,
  ): (state: NamedTensors) => Promise<number[]> {
    if (isGreedy(options)) {
      return async (state) => Array.from(await (state['ids'] as tf.Tensor).data());
    }
    const rows = prompts.embeddings.shape[0];
    const seen = Array.from({ length: rows }, (_, row) => new Set(prompts.ids?.[row] ?? []));
    const randoms = seen.map((_, row) => new Random(`sampling/${options.seed ?? 0}/${row}`));
    return async (state) => {
      const logits = (await (state['logits'] as tf.Tensor).data()) as Float32Array;
      const vocabulary = logits.length / rows;
      return seen.map((own, row) => {
        const scores = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
        const random = randoms[row] as Random;
        const id = chooseToken(scores, options, { seen: own, random });
        own.add(id);
        return id;
      });
    };
  }

  /** Prompts with what was answered so far; beginnings stay apart. */
  private extend(prompts: PromptBatch, answers: number[][]): PromptBatch {
    const { embeddings, attentionMask } = prompts;
    const [batch, length] = embeddings.shape;
    const added = Math.max(...answers.map((answer) => answer.length));
    // Rows that ended earlier are filled up with id 0: what they would say no longer matters.
    const flat = answers.flatMap((answer) => [
      ...answer,
      ...new Array<number>(added - answer.length).fill(0),
    ]);
    const wide = widen(attentionMask, batch, length + added);
    for (let row = 0; row < batch; row++) {
      wide.fill(1, row * (length + added) + length, (row + 1) * (length + added));
    }
    const joined = tf.tidy(() => {
      const answered = this.model.embed(tf.tensor2d(flat, [batch, added], 'int32'));
      return tf.concat([embeddings, answered], 1); // [B, T + added, E]
    });
    return { ...prompts, embeddings: joined, attentionMask: wide };
  }

  private advance(
    state: NamedTensors,
    next: { ids: number[]; mask: Int32Array; place: number; positions: number[]; isLong: boolean },
  ): NamedTensors {
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

/** A prefix stands for whole beginnings of equally many prompts each. */
function checkPrefix(
  { embeddings, prefix }: PromptBatch,
  { slidingWindow = Infinity }: LanguageModel['config'],
): void {
  if (prefix === undefined) return;
  const [rows, prefixes] = [embeddings.shape[0], prefix.shape[0]];
  if (rows % prefixes !== 0) {
    throw new ShapeError(
      `generate: ${rows} prompts do not fit ${prefixes} prefixes; expected a multiple; fill the batch up`,
    );
  }
  if (slidingWindow !== Infinity) {
    throw new UnsupportedError(
      `generate: prompts of a model with a sliding window of ${slidingWindow} cannot share a prefix, since padding behind it would count as distance; give whole prompts`,
    );
  }
}

/** Mask of prefix and prompt. @returns `[B, P + T]` */
function wholeMask({ embeddings, attentionMask, prefix }: PromptBatch): Int32Array {
  if (prefix === undefined) return attentionMask;
  const [batch, length] = embeddings.shape;
  const before = prefix.shape[1];
  const whole = new Int32Array(batch * (before + length)).fill(1);
  for (let row = 0; row < batch; row++) {
    const own = attentionMask.subarray(row * length, (row + 1) * length);
    whole.set(own, row * (before + length) + before);
  }
  return whole;
}

/** `[rows, length]`, each 0, 1, 2, .. */
function positionsOf(rows: number, length: number): tf.Tensor2D {
  return tf.tile(tf.reshape(tf.range(0, length, 1, 'int32'), [1, length]), [rows, 1]);
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
