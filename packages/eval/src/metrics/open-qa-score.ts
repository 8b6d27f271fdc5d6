import { ConfigError } from '@omnict/core';

/** Weight of each part of the open-QA score. */
export interface OpenQaWeights {
  bleu: number;
  rouge: number;
  tokenF1: number;
  bertScore: number;
}

/**
 * ASSUMPTION: the paper combines BLEU, ROUGE, Token-F1 and BERTScore with weights it does not give
 * (App. E); equal ones are our choice.
 */
export const OPEN_QA_WEIGHTS: OpenQaWeights = { bleu: 1, rouge: 1, tokenF1: 1, bertScore: 1 };

/**
 * The paper's score of open answers: a weighted mean of BLEU-1, ROUGE-L F1, Token-F1 and BERTScore F1,
 * each in [0, 1].
 *
 * ASSUMPTION: which BLEU and ROUGE is not said either; short answers have few longer n-grams.
 *
 * @throws ConfigError when a weight is negative or all are 0
 */
export function openQaScore(
  parts: Readonly<Record<keyof OpenQaWeights, number>>,
  weights: OpenQaWeights = OPEN_QA_WEIGHTS,
): number {
  const names = Object.keys(OPEN_QA_WEIGHTS) as (keyof OpenQaWeights)[];
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  if (names.some((name) => !(weights[name] >= 0)) || !(total > 0)) {
    throw new ConfigError(
      `openQaScore: weights cannot be used; expected numbers of 0 or more and not all 0, got ${JSON.stringify(weights)}`,
    );
  }
  return names.reduce(
    (sum, name) => (weights[name] === 0 ? sum : sum + (weights[name] / total) * parts[name]),
    0,
  );
}
