import * as tf from '@tensorflow/tfjs-core';
import { gelu, Linear, Module } from '@omnict/nn';
import type { Modality } from '@omnict/core';
import type { Projection, ProjectionOptions } from './projection';
import { unshuffle } from './unshuffle';

/**
 * MoE hybrid projection (OmniCT Eq. 4): `W_share gelu(W_s Z 1_slice + W_v Z 1_volume)`. One expert
 * per modality, routed by what the input is, and one matrix that both share.
 *
 * ASSUMPTION: all three maps have biases, which Eq. 4 leaves out, as LLaVA's projector does.
 */
export class MoeHybridProjection extends Module implements Projection {
  /** W_s */
  readonly sliceExpert: Linear;
  /** W_v: wider input than W_s, since blocks of m x m tokens come in */
  readonly volumeExpert: Linear;
  /** W_share */
  readonly shared: Linear;
  private readonly blocks: Readonly<Record<Modality, number>>;

  constructor(options: ProjectionOptions) {
    super();
    const { tokenDim, volumeTokenDim = tokenDim, sliceBlock, volumeBlock } = options;
    const { hiddenDim, outputDim, random } = options;
    const expert = (inFeatures: number): Linear =>
      new Linear({ inFeatures, outFeatures: hiddenDim, random });
    this.sliceExpert = expert(tokenDim * sliceBlock ** 2);
    this.volumeExpert = expert(volumeTokenDim * volumeBlock ** 2);
    this.shared = new Linear({ inFeatures: hiddenDim, outFeatures: outputDim, random });
    this.blocks = { slice: sliceBlock, volume: volumeBlock };
  }

  apply(tokens: tf.Tensor5D, modality: Modality): tf.Tensor3D {
    const merged = unshuffle(tokens, this.blocks[modality]); // [B, Ns, H'/m, W'/m, C*m*m]
    const expert = modality === 'slice' ? this.sliceExpert : this.volumeExpert;
    const aligned = this.shared.apply(gelu(expert.apply(merged)));
    return tf.reshape(aligned, [tokens.shape[0], -1, aligned.shape[4] as number]); // [B, L, df]
  }
}
