import { cutAtStop, type SamplingOptions, TextGenerator, TURN_END } from '@omnict/llm';
import type { Precision } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedOmniCT } from './assemble';
import { collate, type ModelBatch, type ModelSample } from './batch';
import { withFeatures } from './stack-features';

/** How answers are generated; greedily unless sampling is asked for. */
export interface AnswerOptions extends SamplingOptions {
  /** Samples answered together. */
  batchSize: number;
  maxNewTokens: number;
  /** Prompts are padded to a multiple of this, so that few graphs are recorded. */
  lengthMultiple?: number;
  /** Texts that end an answer; they are not part of it. */
  stop?: readonly string[] | undefined;
  /** Seeds sampling. Default 0. */
  seed?: number | string | undefined;
  /** Of the matrix products; bf16 needs the TensorFlow engine. Default f32. */
  precision?: Precision | undefined;
  /** Called with a sample's index and its answer so far, whenever it grew. */
  onText?: ((sample: number, text: string) => void) | undefined;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Answers prompts, in their order.
 *
 * Samples are grouped by modality and length, so that a batch pads little and few shapes occur.
 */
export async function answerSamples(
  { model, language, config }: EncodedOmniCT,
  samples: readonly ModelSample[],
  options: AnswerOptions,
): Promise<string[]> {
  const { batchSize, maxNewTokens, lengthMultiple = 16, onProgress, signal } = options;
  const { stop = [], seed = 0, onText, temperature, topK, topP, repetitionPenalty } = options;
  const generator = new TextGenerator(model.llm, { precision: options.precision });
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
        await withFeatures(filled.map((index) => samples[index] as ModelSample)),
        { side: 'left', lengthMultiple, visualTokens },
      );
      const inputs = model.tensors(batch);
      const embeddings = tf.tidy(() => model.embed(inputs));
      const { attentionMask } = batch;
      const onToken = (row: number, ids: readonly number[]): boolean => {
        const index = indices[row];
        if (index === undefined) return true; // only fills the batch
        const { text, isComplete } = cutAtStop(language.tokenizer.decode(ids), stop);
        answers[index] = text.trim();
        onText?.(index, answers[index]);
        return isComplete;
      };
      await generator.generate(
        { embeddings, attentionMask, ids: rowsOf(batch) },
        {
          ...{ maxNewTokens, stopIds, onToken, temperature, topK, topP, repetitionPenalty },
          seed: `${seed}/${indices[0]}`,
          ...(signal === undefined ? {} : { signal }),
        },
      );
      tf.dispose([inputs, embeddings]);
      done += indices.length;
      onProgress?.(done, samples.length);
    }
    return answers;
  } finally {
    generator.dispose();
  }
}

/** Ids of each row, padding left out. */
function rowsOf({ inputIds, attentionMask, samples, length }: ModelBatch): number[][] {
  return samples.map((_, row) =>
    [...inputIds.subarray(row * length, (row + 1) * length)].filter(
      (_id, place) => attentionMask[row * length + place] === 1,
    ),
  );
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
