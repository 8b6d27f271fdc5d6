import * as tf from '@tensorflow/tfjs-core';
import { disposeTowers, loadClipTowers, unitLength } from '../clip/clip-pair';
import type { CheckpointTensors } from './run-checkpoint';

/**
 * Vectors of length 1 of images and texts, whichever are given, and the scores of each image with each
 * text. Named as open_clip (`image_features`) and as transformers (`image_embeds`) names them.
 */
export async function runClipPair(
  folder: string,
  { pixel_values: pixels, input_ids: ids, attention_mask: mask }: CheckpointTensors,
): Promise<CheckpointTensors> {
  const towers = await loadClipTowers(folder);
  const { vision, text, config, logitScale } = towers;
  const outputs = tf.tidy((): CheckpointTensors => {
    const image =
      pixels === undefined ? undefined : unitLength(vision.apply(pixels as tf.Tensor4D));
    const attentionMask = mask ?? ids?.notEqual(tf.scalar(config.text.padTokenId, 'int32'));
    const words =
      ids === undefined
        ? undefined
        : unitLength(
            text.apply({
              ids: ids as tf.Tensor2D,
              attentionMask: tf.cast(attentionMask as tf.Tensor2D, 'int32'),
            }),
          );
    return {
      ...(image && { image_features: image, image_embeds: tf.clone(image) }),
      ...(words && { text_features: words, text_embeds: tf.clone(words) }),
      ...(image &&
        words && {
          logits_per_image: tf.mul(tf.matMul(image, words, false, true), logitScale), // [N, M]
        }),
    };
  });
  disposeTowers(towers);
  return outputs;
}
