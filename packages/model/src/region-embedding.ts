import type { Modality, Shape3D } from '@omnict/core';
import { Module } from '@omnict/nn';
import { unshuffle } from '@omnict/projector';
import * as tf from '@tensorflow/tfjs-core';
import { PLACE_NAMES, placesOf, type RegionWords } from './region-tokens';

/** What turns features into tokens of the language model: MoE hybrid projection, or this. */
export interface VisualProjector extends Module {
  /** @param features float32 `[B, Ns, H', W', C]` @returns float32 `[B, L, E]` */
  apply(features: tf.Tensor5D, modality: Modality): tf.Tensor3D;
}

/** What region tokens are made with. */
export interface RegionEmbeddingOptions {
  /** The language model's embedding table, float32 `[V, E]`. */
  table: tf.Variable;
  /** How phrases and places are made of the table's rows. */
  words: RegionWords;
  /** Block sides m of the token unshuffle. */
  blocks: Readonly<Record<Modality, number>>;
  /** Whether tokens tell their place, as with the tri-axial embedding. */
  places: boolean;
}

/**
 * Visual tokens in the language model's own words: the sum of the embeddings of all phrases that
 * describe a token's region and, with `places`, of where it lies. This is what a perfect encoder and
 * projector would say. The language model preset is trained on it, and alignment fits the projector to it.
 */
export class RegionEmbedding extends Module implements VisualProjector {
  constructor(private readonly options: RegionEmbeddingOptions) {
    super();
  }

  /**
   * @param maps float32 `[B, Ns, H', W', K]`: 1 where a phrase describes a patch, else 0, or anything
   *   between
   */
  apply(maps: tf.Tensor5D, modality: Modality): tf.Tensor3D {
    const { table, words: parts, blocks, places } = this.options;
    const block = blocks[modality];
    const [batch, , , , phrases] = maps.shape;
    const merged = unshuffle(maps, block); // [B, Ns, h, w, m*m*K]
    const [, units, rows, columns] = merged.shape as [number, number, number, number];
    const length = units * rows * columns;
    const patches = tf.reshape(merged, [batch, length, block * block, phrases]);
    // A phrase describes a token when it describes one of its patches.
    const shown = tf.minimum(tf.sum(patches, 2), 1); // [B, L, K]
    const made = tf.tensor2d(parts.weights, [parts.regions, table.shape[0] as number]); // [K + places, V]
    const words = tf.matMul(made, table as tf.Variable<tf.Rank.R2>); // [K + places, E]
    const phraseWords = tf.slice(words, [0, 0], [phrases, -1]); // [K, E]
    const flat = tf.matMul(tf.reshape(shown, [batch * length, phrases]), phraseWords); // [B*L, E]
    const tokens = tf.reshape(flat, [batch, length, -1]) as tf.Tensor3D; // [B, L, E]
    if (!places) return tokens;
    const where = placeMatrix([units, rows, columns]); // [L, places]
    const placeWords = tf.slice(words, [phrases, 0], [PLACE_NAMES.length, -1]);
    return tf.add(tokens, tf.matMul(where, placeWords)); // [B, L, E]
  }
}

function placeMatrix(grid: Shape3D): tf.Tensor2D {
  return tf.tensor2d(placesOf(grid), [grid[0] * grid[1] * grid[2], PLACE_NAMES.length]);
}
