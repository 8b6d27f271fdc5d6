import { scoreContinuations } from '@omnict/llm';
import { ConfigError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedOmniCT } from './assemble';
import { collate, type ModelSample } from './batch';
import type { BatchPart } from './batch-part';
import { withFeatures } from './stack-features';

/** An answer to choose from, and how likely the model finds it. */
export interface AnswerScore {
  text: string;
  /** Of the whole answer and its end, nats. */
  logProbability: number;
  tokens: number;
  /** Among the answers to choose from; they sum to 1. */
  probability: number;
}

/**
 * How likely each of some answers to one prompt is: multiple choice without generating.
 *
 * @throws ConfigError when there is no answer to choose from, or an empty one
 */
export async function scoreAnswers(
  { model, language, config }: EncodedOmniCT,
  sample: ModelSample,
  answers: readonly string[],
): Promise<AnswerScore[]> {
  if (answers.length === 0 || answers.some((answer) => answer.trim() === '')) {
    throw new ConfigError(
      `scoreAnswers: expected at least one answer and none empty, got ${JSON.stringify(answers)}`,
    );
  }
  const visualTokens = config.model.vision ? model.visualTokens : { slice: 0, volume: 0 };
  const batch = collate(await withFeatures([sample]), {
    side: 'left',
    lengthMultiple: 1,
    visualTokens,
  });
  const inputs = model.tensors(batch);
  const [embedded] = tf.tidy(() => model.embedParts(inputs));
  const { own: embeddings } = embedded as NonNullable<typeof embedded>;
  const { attentionMask } = batch.parts[0] as BatchPart;
  const scores = await scoreContinuations(
    model.llm,
    { embeddings, attentionMask },
    answers.map((answer) => [...language.chat.encodeWords(answer), language.chat.turnEnd]),
  );
  tf.dispose([inputs, embeddings]);
  const best = Math.max(...scores.map(({ logProbability }) => logProbability));
  const weights = scores.map(({ logProbability }) => Math.exp(logProbability - best));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return scores.map((score, index) => ({
    text: answers[index] as string,
    ...score,
    probability: (weights[index] as number) / total,
  }));
}
