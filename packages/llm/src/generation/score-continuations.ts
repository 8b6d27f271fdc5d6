import { compile, type NamedTensors, softmaxCrossEntropy } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { LanguageModel } from '../decoder/language-model';

/** How likely a continuation is. */
export interface ContinuationScore {
  /** Sum of its tokens' log-probabilities, nats. */
  logProbability: number;
  tokens: number;
}

/** An embedded prompt. */
export interface ScoredPrompt {
  /** float32 `[1, T, E]` */
  embeddings: tf.Tensor3D;
  /** `[T]`, 1 for tokens, 0 for what must not be attended. Default: all tokens. */
  attentionMask?: Int32Array;
}

/**
 * How likely each continuation of a prompt is: multiple choice without generating. Divide by `tokens`
 * to compare continuations of different lengths.
 *
 * @param continuations token ids, at least one each
 */
export async function scoreContinuations(
  model: LanguageModel,
  { embeddings: prompt, attentionMask }: ScoredPrompt,
  continuations: readonly (readonly number[])[],
): Promise<ContinuationScore[]> {
  if (continuations.length === 0) return [];
  const rows = continuations.length;
  const [, start] = prompt.shape;
  const longest = Math.max(...continuations.map(({ length }) => length));
  const ids = new Int32Array(rows * longest);
  const mask = new Int32Array(rows * (start + longest)).fill(1);
  continuations.forEach((continuation, row) => {
    const begin = row * (start + longest);
    ids.set(continuation, row * longest);
    if (attentionMask !== undefined) mask.set(attentionMask, begin);
    mask.fill(0, begin + start + continuation.length, begin + start + longest);
  });
  const inputs: NamedTensors = {
    prompt,
    ids: tf.tensor2d(ids, [rows, longest], 'int32'),
    mask: tf.tensor2d(mask, [rows, start + longest], 'int32'),
  };
  const score = compile((named: NamedTensors) => tokenLosses(model, named), { name: 'score' });
  const { losses } = score(inputs);
  const values = (await (losses as tf.Tensor).data()) as Float32Array;
  tf.dispose([losses as tf.Tensor, inputs['ids'] as tf.Tensor, inputs['mask'] as tf.Tensor]);
  score.dispose();
  return continuations.map(({ length }, row) => ({
    logProbability: -values
      .subarray(row * longest, row * longest + length)
      .reduce((sum, loss) => sum + loss, 0),
    tokens: length,
  }));
}

/** Cross-entropy of each token of each continuation. `[N, longest]` */
function tokenLosses(model: LanguageModel, inputs: NamedTensors): NamedTensors {
  const ids = inputs['ids'] as tf.Tensor2D;
  const prompt = inputs['prompt'] as tf.Tensor3D;
  const attentionMask = inputs['mask'] as tf.Tensor2D;
  const [rows, longest] = ids.shape;
  const [, start, size] = prompt.shape;
  const embeddings: tf.Tensor3D = tf.concat([tf.tile(prompt, [rows, 1, 1]), model.embed(ids)], 1); // [N, T + longest, E]
  const counted = tf.maximum(tf.sub(tf.cumsum(attentionMask, 1), 1), 0);
  const positions = tf.cast(counted, 'int32') as tf.Tensor2D; // [N, T + longest]
  const { hidden } = model.forward({ embeddings, positions, attentionMask });
  const predicting = tf.slice(hidden, [0, start - 1, 0], [rows, longest, size]); // each token's predecessor
  const logits = model.logits(tf.reshape(predicting, [rows * longest, size]) as tf.Tensor2D); // [N*longest, V]
  const losses = softmaxCrossEntropy(logits, tf.reshape(ids, [-1]) as tf.Tensor1D); // [N*longest]
  return { losses: tf.reshape(losses, [rows, longest]) };
}
