import { LayerNorm, Module } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { PatchProjection } from '../patch-projection';
import { TimmBlock } from '../timm/block';
import type { HiddenStates } from '../vision-encoder';
import type { VideoMaeV2Config } from './config-v2';
import { sinusoids } from './sinusoids';

class TubeletEmbedding extends Module {
  readonly proj: PatchProjection;

  constructor({ tubeletSize, patchSize, hiddenSize }: VideoMaeV2Config) {
    super();
    const kernel = [tubeletSize, ...patchSize];
    this.proj = new PatchProjection({
      channels: 3,
      kernel,
      outputDim: hiddenSize,
      random: undefined,
    });
  }
}

/**
 * VideoMAE V2's encoder as its authors publish it: computes what VideoMAE's computes, with queries, keys
 * and values from one matrix. Parameter names are those of the published `VisionTransformer`.
 *
 * @see https://arxiv.org/abs/2303.16727
 */
export class VideoMaeV2Transformer extends Module {
  readonly patchEmbed: TubeletEmbedding;
  readonly blocks: TimmBlock[];
  /** Absent in models that pool: their norm follows the pooling. */
  readonly norm: LayerNorm | undefined;

  constructor(config: VideoMaeV2Config) {
    super();
    const { hiddenSize, intermediateSize, layerNormEps, numAttentionHeads, layerScale } = config;
    const block = {
      hiddenSize,
      intermediateSize,
      layerNormEps,
      layerScale,
      heads: numAttentionHeads,
      bias: config.qvBias ? ('query-value' as const) : ('none' as const),
    };
    this.patchEmbed = new TubeletEmbedding(config);
    this.blocks = Array.from({ length: config.numHiddenLayers }, () => new TimmBlock(block));
    this.norm = config.useMeanPooling ? undefined : new LayerNorm(hiddenSize, layerNormEps);
  }

  /** @param frames float32 `[B, T, 3, H, W]`, normalized @returns states of `[B, P, E]`, time slowest */
  apply(frames: tf.Tensor5D): HiddenStates {
    const channelsFirst = tf.transpose(frames, [0, 2, 1, 3, 4]); // [B, 3, T, H, W]
    const tubelets = this.patchEmbed.proj.apply(channelsFirst); // [B, P, E]
    const layers: tf.Tensor3D[] = [
      tf.add(tubelets, sinusoids(tubelets.shape[1], tubelets.shape[2])),
    ];
    for (const block of this.blocks)
      layers.push(tf.tidy(() => block.apply(layers.at(-1) as tf.Tensor3D)));
    const last = layers.at(-1) as tf.Tensor3D;
    return { last: this.norm?.apply(last) ?? last, layers };
  }
}
