import {
  type AnswerGenerator,
  type AnswerPrecision,
  createGenerator,
  cutAtStop,
  type SamplingOptions,
} from '@omnict/llm';
import * as tf from '@tensorflow/tfjs-core';
import { type AnswerBatch, planAnswers } from './answer-batches';
import type { EncodedOmniCT } from './assemble';
import {
  collate,
  collateByImage,
  type CollateOptions,
  type ModelBatch,
  type ModelSample,
} from './batch';
import type { BatchPart } from './batch-part';
import { withImageFeatures } from './stack-features';

/** How answers are generated; greedily unless sampling is asked for. */
export interface AnswerOptions extends SamplingOptions {
  /** Samples answered together, at most. */
  batchSize: number;
  maxNewTokens: number;
  /** Prompts are padded to a multiple of this, so that few graphs are recorded. */
  lengthMultiple?: number;
  /** Computes an image's part of the prompts once for all of its questions. Default true. */
  groupByImage?: boolean;
  /** Texts that end an answer; they are not part of it. */
  stop?: readonly string[] | undefined;
  /** Seeds sampling. Default 0. */
  seed?: number | string | undefined;
  /** Of the matrix products; bf16 needs the TensorFlow engine, int8 and int4 onnxruntime-node. Default f32. */
  precision?: AnswerPrecision | undefined;
  /** Called with a sample's index, its answer so far and how many tokens that took, whenever it grew. */
  onText?: ((sample: number, text: string, tokens: number) => void) | undefined;
  /** Keeps graphs from call to call; default: one for this call. */
  generator?: AnswerGenerator;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Answers prompts, in their order.
 *
 * Questions about one image are answered together. Batches are of one modality and sorted by length, so
 * that they pad little and few shapes occur.
 */
export async function answerSamples(
  { model, language, config }: EncodedOmniCT,
  samples: readonly ModelSample[],
  options: AnswerOptions,
): Promise<string[]> {
  const { batchSize, maxNewTokens, lengthMultiple = 16, onProgress, signal } = options;
  const { stop = [], seed = 0, onText, temperature, topK, topP, repetitionPenalty } = options;
  const generator =
    options.generator ?? (await createGenerator(model.llm, { precision: options.precision }));
  // Padding between a prefix and what follows it would count as distance for a sliding window.
  const shares = (options.groupByImage ?? true) && model.llm.config.slidingWindow === undefined;
  const stopIds = language.chat.stopIds;
  const visualTokens = config.model.vision ? model.visualTokens : { slice: 0, volume: 0 };
  const answers = new Array<string>(samples.length).fill('');
  let done = 0;
  try {
    for (const planned of planAnswers(samples, batchSize, { byImage: shares })) {
      signal?.throwIfAborted();
      const padding = { side: 'left', lengthMultiple, visualTokens } as const;
      const batch = await collateAnswers(samples, planned, { ...padding, shares });
      const part = batch.parts[0] as BatchPart;
      const inputs = model.tensors(batch);
      const [embedded] = tf.tidy(() => model.embedParts(inputs));
      const { own: embeddings, prefix } = embedded as NonNullable<typeof embedded>;
      const onToken = (row: number, ids: readonly number[]): boolean => {
        const index = planned.rows[row];
        if (index === undefined) return true; // only fills the batch
        const { text, isComplete } = cutAtStop(language.tokenizer.decode(ids), stop);
        answers[index] = text.trim();
        onText?.(index, answers[index], ids.length);
        return isComplete;
      };
      try {
        await generator.generate(
          { embeddings, prefix, attentionMask: part.attentionMask, ids: idsOfRows(part) },
          {
            maxNewTokens,
            stopIds,
            onToken,
            temperature,
            topK,
            topP,
            repetitionPenalty,
            seed: `${seed}/${planned.rows[0]}`,
            ...(signal === undefined ? {} : { signal }),
          },
        );
      } finally {
        tf.dispose([inputs, embeddings, ...(prefix === undefined ? [] : [prefix])]);
      }
      done += planned.rows.filter((index) => index !== undefined).length;
      onProgress?.(done, samples.length);
    }
    return answers;
  } finally {
    if (options.generator === undefined) generator.dispose();
  }
}

async function collateAnswers(
  samples: readonly ModelSample[],
  { images, each }: AnswerBatch,
  { shares, ...options }: CollateOptions & { shares: boolean },
): Promise<ModelBatch> {
  const questions = images.map((indices) => indices.map((index) => samples[index] as ModelSample));
  const withFeatures = await withImageFeatures(questions);
  if (!shares) return collate(withFeatures.flat(), options);
  return collateByImage(withFeatures, {
    ...options,
    questionsPerImage: { slice: each, volume: each },
  });
}

/** Ids of each row, prefix included, padding left out. */
function idsOfRows({ inputIds, attentionMask, rows, length, prefix }: BatchPart): number[][] {
  return Array.from({ length: rows }, (_, row) => {
    const own = [...inputIds.subarray(row * length, (row + 1) * length)].filter(
      (_id, place) => attentionMask[row * length + place] === 1,
    );
    if (prefix === undefined) return own;
    const image = Math.floor((row * prefix.count) / rows);
    const before = prefix.inputIds.subarray(image * prefix.length, (image + 1) * prefix.length);
    return [...before, ...own];
  });
}
