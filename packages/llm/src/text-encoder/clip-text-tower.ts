import { gelu, Linear, loadCheckpoint, Module } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { TextEncoderConfig } from './config';
import { type TextEncoderInput, TextTransformer } from './transformer';

/** Sizes of a text tower. */
export interface ClipTextConfig extends TextEncoderConfig {
  /** Length of the common embedding. */
  embedDim: number;
  /** open_clip's `hf_proj_type`: one matrix, or two with a GELU between. */
  projection: 'linear' | 'mlp';
}

/** Text tower of a CLIP pair in open_clip's layout: a BERT, its first token, a projection; named as its `text`. */
export class ClipTextTower extends Module {
  readonly transformer: TextTransformer;
  /** Entry 1 stands where the checkpoint's GELU, without parameters, stands. */
  readonly proj: Linear | readonly [Linear, null, Linear];

  constructor(readonly config: ClipTextConfig) {
    super();
    const { hiddenSize, embedDim, projection } = config;
    this.transformer = new TextTransformer(config);
    const linear = (inFeatures: number, outFeatures: number): Linear =>
      new Linear({ inFeatures, outFeatures, bias: false, random: undefined });
    const between = Math.floor((hiddenSize + embedDim) / 2);
    this.proj =
      projection === 'linear'
        ? linear(hiddenSize, embedDim)
        : [linear(hiddenSize, between), null, linear(between, embedDim)];
  }

  /** @returns float32 `[B, embedDim]`, of any length */
  apply(input: TextEncoderInput): tf.Tensor2D {
    const last = this.transformer.apply(input).at(-1) as tf.Tensor3D; // [B, T, E]
    const [batch, , size] = last.shape;
    const first = tf.reshape(tf.slice(last, [0, 0, 0], [batch, 1, size]), [
      batch,
      size,
    ]) as tf.Tensor2D; // [B, E]
    if (this.proj instanceof Linear) return this.proj.apply(first);
    return this.proj[2].apply(gelu(this.proj[0].apply(first)) as tf.Tensor2D);
  }
}

/** Loads the text tower of a pair in open_clip's layout. @throws FormatError, MissingDataError. */
export async function loadClipTextTower(
  folder: string,
  config: ClipTextConfig,
): Promise<ClipTextTower> {
  const tower = new ClipTextTower(config);
  await loadCheckpoint(tower, folder, {
    prefixes: ['text.'],
    nameOf: (name) => name.replaceAll('layer_norm', 'LayerNorm'),
    ignored: [/position_ids$/, /^transformer\.pooler\./],
  });
  return tower;
}
