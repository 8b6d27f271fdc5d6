import { compile, type NamedTensors, softmaxCrossEntropy } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { LanguageModel } from '../decoder/language-model';
import type { SequencePrefix } from '../decoder/sequence-group';

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
 * How likely each continuation of a prompt is: multiple choice without generating. The prompt is computed
 * once for all of them. Divide by `tokens` to compare continuations of different lengths.
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
  const mask = new Int32Array(rows * longest);
  continuations.forEach((continuation, row) => {
    ids.set(continuation, row * longest);
    mask.fill(1, row * longest, row * longest + continuation.length);
  });
  const made: NamedTensors = {
    promptMask: tf.tensor2d(attentionMask ?? new Int32Array(start).fill(1), [1, start], 'int32'),
    ids: tf.tensor2d(ids, [rows, longest], 'int32'),
    mask: tf.tensor2d(mask, [rows, longest], 'int32'),
  };
  const score = compile((named: NamedTensors) => tokenLosses(model, named), { name: 'score' });
  const { losses } = score({ prompt, ...made });
  const values = (await (losses as tf.Tensor).data()) as Float32Array;
  tf.dispose([losses as tf.Tensor, made]);
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
  const promptMask = inputs['promptMask'] as tf.Tensor2D;
  const [rows, longest] = ids.shape;
  const [, start, size] = prompt.shape;
  // The prompt's last token predicts the first of each continuation: it belongs to each of them.
  const lastMask = tf.tile(tf.slice(promptMask, [0, start - 1], [1, 1]), [rows, 1]);
  const attentionMask: tf.Tensor2D = tf.concat([lastMask, inputs['mask'] as tf.Tensor2D], 1); // [N, 1 + longest]
  const prefix = prefixOf(promptMask);
  const before = tf.sub(tf.sum(promptMask), tf.slice(promptMask, [0, start - 1], [1, 1])); // [1, 1]
  const positions = tf.add(counted(attentionMask), before); // [N, 1 + longest]
  const last = tf.slice(prompt, [0, start - 1, 0], [1, 1, size]);
  const own = tf.concat([tf.tile(last, [rows, 1, 1]), model.embed(ids)], 1); // [N, 1 + longest, E]
  const flat = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, size]);
  const beginning = prefix && [flat(tf.slice(prompt, [0, 0, 0], [1, start - 1, size]))];
  const places = tf.tile(tf.reshape(tf.range(0, longest, 1, 'int32'), [1, longest]), [rows, 1]);
  const { hidden } = model.forwardGroups({
    embeddings: tf.concat([...(beginning ?? []), flat(own)]),
    groups: [
      {
        attentionMask,
        places: places as tf.Tensor2D,
        positions: tf.cast(tf.maximum(positions, 0), 'int32') as tf.Tensor2D,
        prefix,
      },
    ],
  });
  const losses = softmaxCrossEntropy(model.logits(hidden), tf.reshape(ids, [-1]) as tf.Tensor1D); // [N*longest]
  return { losses: tf.reshape(losses, [rows, longest]) };
}

/** The prompt without its last token. */
function prefixOf(promptMask: tf.Tensor2D): SequencePrefix | undefined {
  const length = promptMask.shape[1] - 1;
  if (length === 0) return undefined;
  const attentionMask = tf.slice(promptMask, [0, 0], [1, length]);
  const positions = tf.cast(tf.maximum(counted(attentionMask), 0), 'int32') as tf.Tensor2D;
  return { positions, attentionMask };
}

/** Place of each token among those that count. @param mask `[B, T]` */
function counted(mask: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(tf.cumsum(mask, 1), 1);
}
