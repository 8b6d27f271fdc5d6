import { ConfigError, type Modality } from '@omnict/core';
import { gelu, Linear, Module } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { Projection, ProjectionOptions } from './projection';
import { unshuffle } from './unshuffle';

/**
 * One projection for slices and volumes alike: `W_share gelu(W Z)`, nothing routed.
 *
 * ASSUMPTION: where blocks differ, a token of the modality with smaller blocks is repeated to fill a larger
 * one, so that W fits both and neither gets another number of tokens.
 */
export class SharedProjection extends Module implements Projection {
  readonly expert: Linear;
  readonly shared: Linear;
  private readonly block: number;
  private readonly blocks: Readonly<Record<Modality, number>>;

  /** @throws ConfigError when widths differ or no block is a multiple of the other */
  constructor(options: ProjectionOptions) {
    super();
    const { tokenDim, sliceBlock, volumeBlock, hiddenDim, outputDim, random } = options;
    const problem = sharedProjectionProblem(options);
    if (problem !== undefined) throw new ConfigError(`SharedProjection: ${problem}`);
    this.block = Math.max(sliceBlock, volumeBlock);
    this.expert = new Linear({
      inFeatures: tokenDim * this.block ** 2,
      outFeatures: hiddenDim,
      random,
    });
    this.shared = new Linear({ inFeatures: hiddenDim, outFeatures: outputDim, random });
    this.blocks = { slice: sliceBlock, volume: volumeBlock };
  }

  apply(tokens: tf.Tensor5D, modality: Modality): tf.Tensor3D {
    const enlarged = repeatTokens(tokens, this.block / this.blocks[modality]);
    const merged = unshuffle(enlarged, this.block); // [B, Ns, H'/m, W'/m, C*M*M]
    const aligned = this.shared.apply(gelu(this.expert.apply(merged)));
    return tf.reshape(aligned, [tokens.shape[0], -1, aligned.shape[4] as number]); // [B, L, df]
  }
}

/** Why one projection cannot take both modalities; undefined when it can. */
export function sharedProjectionProblem({
  tokenDim,
  volumeTokenDim = tokenDim,
  sliceBlock,
  volumeBlock,
}: Pick<ProjectionOptions, 'tokenDim' | 'volumeTokenDim' | 'sliceBlock' | 'volumeBlock'>):
  string | undefined {
  if (tokenDim !== volumeTokenDim) {
    return `slices have ${tokenDim} features a token and volumes ${volumeTokenDim}, which one matrix cannot take; expected one encoder for both; choose projection separate or moe-hybrid`;
  }
  const [small, large] = [Math.min(sliceBlock, volumeBlock), Math.max(sliceBlock, volumeBlock)];
  if (large % small === 0) return undefined;
  return `blocks of ${sliceBlock} and ${volumeBlock} tokens do not fit one matrix; expected one to be a multiple of the other; correct unshuffle, or choose projection separate or moe-hybrid`;
}

/** Repeats each token `times` along both sides: `[B, Ns, H', W', C]` to `[B, Ns, r*H', r*W', C]`. */
function repeatTokens(tokens: tf.Tensor5D, times: number): tf.Tensor5D {
  if (times === 1) return tokens;
  const [batch, units, rows, columns, channels] = tokens.shape;
  const spread = tf.reshape(tokens, [batch * units, rows, 1, columns, 1, channels]);
  const repeated = tf.broadcastTo(spread, [batch * units, rows, times, columns, times, channels]);
  return tf.reshape(repeated, [batch, units, rows * times, columns * times, channels]);
}
