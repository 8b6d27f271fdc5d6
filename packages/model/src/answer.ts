import { TextGenerator, TURN_END } from '@omnict/llm';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedOmniCT } from './assemble';
import { collate, type ModelSample } from './batch';

/** How answers are generated. */
export interface AnswerOptions {
  /** Samples answered together. */
  batchSize: number;
  maxNewTokens: number;
  /** Prompts are padded to a multiple of this, so that few graphs are recorded. */
  lengthMultiple?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Answers prompts greedily, in their order.
 *
 * Samples are grouped by modality and length, so that a batch pads little and few shapes occur.
 */
export async function answerSamples(
  { model, language, config }: EncodedOmniCT,
  samples: readonly ModelSample[],
  options: AnswerOptions,
): Promise<string[]> {
  const { batchSize, maxNewTokens, lengthMultiple = 16, onProgress, signal } = options;
  const generator = new TextGenerator(model.llm);
  const stopIds = [language.tokenizer.tokenId(TURN_END)];
  const visualTokens = config.model.vision ? model.visualTokens : { slice: 0, volume: 0 };
  const answers = new Array<string>(samples.length).fill('');
  let done = 0;
  try {
    for (const indices of groups(samples, batchSize)) {
      signal?.throwIfAborted();
      // The last group is filled up with its first sample: one more shape would cost a recording.
      const filled = Array.from(
        { length: batchSize },
        (_, i) => indices[i] ?? (indices[0] as number),
      );
      const batch = collate(
        filled.map((index) => samples[index] as ModelSample),
        { side: 'left', lengthMultiple, visualTokens },
      );
      const inputs = model.tensors(batch);
      const embeddings = tf.tidy(() => model.embed(inputs));
      const { attentionMask } = batch;
      const ids = await generator.generate(
        { embeddings, attentionMask },
        { maxNewTokens, stopIds },
      );
      tf.dispose([inputs, embeddings]);
      indices.forEach((index, row) => {
        answers[index] = language.tokenizer.decode(ids[row] ?? []).trim();
      });
      done += indices.length;
      onProgress?.(done, samples.length);
    }
    return answers;
  } finally {
    generator.dispose();
  }
}

/** Indices of batches: one modality each, sorted by length. */
function groups(samples: readonly ModelSample[], batchSize: number): number[][] {
  const result: number[][] = [];
  for (const modality of ['slice', 'volume'] as const) {
    const own = samples.flatMap((sample, index) => (sample.modality === modality ? [index] : []));
    const lengthOf = (index: number): number => samples[index]?.sequence.ids.length ?? 0;
    own.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
    for (let i = 0; i < own.length; i += batchSize) result.push(own.slice(i, i + batchSize));
  }
  return result;
}
