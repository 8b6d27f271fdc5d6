import { ConfigError, Random, ShapeError, UnsupportedError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
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

/** What generation has to know of a model. */
export interface DecodingLimits {
  /** Longest sequence it was made for. */
  maxPositions: number;
  /** Longest sequence with the first set of positions; infinite for models that have one. */
  shortContext: number;
  slidingWindow?: number | undefined;
}

/** Where the next token of each row goes. */
export interface NextTokens {
  ids: readonly number[];
  /** `[B, S]`: 1 for tokens, S the prompts' padded length and all new tokens */
  mask: Int32Array;
  /** In the padded sequences, the same for all rows. */
  place: number;
  /** In each row's own sequence, padding not counted. */
  positions: readonly number[];
  isLong: boolean;
}

/**
 * Generation for batches, whatever computes it: prompts first, then one token at a time. `State` is what the
 * last computation left.
 */
export abstract class DecodingLoop<State> {
  protected constructor(private readonly limits: DecodingLimits) {}

  /**
   * Token ids of each answer, stop ids left out.
   *
   * @throws ConfigError when an option is out of range or the sequence would outgrow the model;
   *   the signal's reason when aborted
   */
  async generate(prompts: PromptBatch, options: GenerationOptions): Promise<number[][]> {
    checkSampling(options);
    checkPrefix(prompts, this.limits);
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

  abstract dispose(): void;

  /** Computes the prompts, with room for new tokens behind them. */
  protected abstract prefill(
    prompts: PromptBatch,
    options: { room: number; isLong: boolean },
  ): State | Promise<State>;

  /** Computes one more token of each row; the state before is used up. */
  protected abstract advance(state: State, next: NextTokens): State | Promise<State>;

  /** The likeliest next id of each row. */
  protected abstract likeliest(state: State): Promise<number[]>;

  /** Scores of the next ids. @returns `[B, V]` */
  protected abstract scores(state: State): Promise<Float32Array>;

  /** Frees what a state holds. */
  protected abstract release(state: State): void;

  /** Token embeddings, to make prompts of. @param ids int32 `[B, T]` @returns float32 `[B, T, E]` */
  abstract embed(ids: tf.Tensor2D): tf.Tensor3D;

  /** Generates until done, or until the short context ends. @returns tokens still to be made */
  private async run(
    prompts: PromptBatch,
    { maxNewTokens, signal }: GenerationOptions,
    {
      choose,
      onIds,
    }: {
      choose: (state: State) => Promise<number[]>;
      onIds: (ids: readonly number[]) => boolean;
    },
  ): Promise<number> {
    const { maxPositions, shortContext } = this.limits;
    const [batch] = prompts.embeddings.shape;
    const whole = wholeMask(prompts);
    const length = whole.length / batch; // P + T
    const lengths = promptLengths(whole, batch);
    const longest = Math.max(...lengths);
    if (longest + maxNewTokens > maxPositions) {
      throw new ConfigError(
        `generate: prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the model; expected at most ${maxPositions} together; shorten the question or maxNewTokens`,
      );
    }
    const isLong = longest > shortContext;
    const total = length + maxNewTokens;
    let state = await this.prefill(prompts, { room: maxNewTokens, isLong });
    const mask = widen(whole, batch, total);
    try {
      for (let made = 0; ; made++) {
        signal?.throwIfAborted();
        const ids = await choose(state);
        if (onIds(ids) || made + 1 === maxNewTokens) return 0;
        if (!isLong && longest + made + 1 > shortContext) return maxNewTokens - made - 1;
        for (let row = 0; row < batch; row++) mask[row * total + length + made] = 1;
        const positions = lengths.map((count) => count + made);
        state = await this.advance(state, { ids, mask, place: length + made, positions, isLong });
      }
    } finally {
      this.release(state);
    }
  }

  /** Chooses the next id of each row from the last outputs. */
  private chooser(
    prompts: PromptBatch,
    options: GenerationOptions,
  ): (state: State) => Promise<number[]> {
    if (isGreedy(options)) return (state) => this.likeliest(state);
    const rows = prompts.embeddings.shape[0];
    const seen = Array.from({ length: rows }, (_, row) => new Set(prompts.ids?.[row] ?? []));
    const randoms = seen.map((_, row) => new Random(`sampling/${options.seed ?? 0}/${row}`));
    return async (state) => {
      const logits = await this.scores(state);
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
      const answered = this.embed(tf.tensor2d(flat, [batch, added], 'int32'));
      return tf.concat([embeddings, answered], 1); // [B, T + added, E]
    });
    return { ...prompts, embeddings: joined, attentionMask: wide };
  }
}

/** A prefix stands for whole beginnings of equally many prompts each. */
function checkPrefix(
  { embeddings, prefix }: PromptBatch,
  { slidingWindow = Infinity }: DecodingLimits,
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
