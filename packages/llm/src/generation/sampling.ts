import { ConfigError, type Random } from '@omnict/core';

/** How the next token is chosen. All absent: the most likely one. */
export interface SamplingOptions {
  /** 0 is greedy; below 1 sharpens, above 1 flattens the distribution. Default 0. */
  temperature?: number | undefined;
  /** Only the k most likely tokens. */
  topK?: number | undefined;
  /** Only the most likely tokens that together reach this probability. */
  topP?: number | undefined;
  /** Above 1 makes tokens of the prompt and the answer less likely. Default 1. */
  repetitionPenalty?: number | undefined;
}

/** @throws ConfigError naming the option out of range. */
export function checkSampling(options: SamplingOptions): void {
  const { temperature = 0, topK = 1, topP = 1, repetitionPenalty = 1 } = options;
  const refuse = (name: string, expected: string, value: number): never => {
    throw new ConfigError(`${name}: expected ${expected}, got ${value}; correct the option`);
  };
  if (!(temperature >= 0)) refuse('temperature', 'at least 0', temperature);
  if (!Number.isInteger(topK) || topK < 1) refuse('topK', 'a positive integer', topK);
  if (!(topP > 0 && topP <= 1)) refuse('topP', 'above 0 and at most 1', topP);
  if (!(repetitionPenalty > 0)) refuse('repetitionPenalty', 'above 0', repetitionPenalty);
}

/** Whether the most likely token of the unchanged scores is wanted, which needs no scores here. */
export function isGreedy({ temperature = 0, repetitionPenalty = 1 }: SamplingOptions): boolean {
  return temperature === 0 && repetitionPenalty === 1;
}

/**
 * Chooses a token, in the order Hugging Face's processors work: repetition penalty, temperature, top-k,
 * top-p.
 *
 * @param logits `[V]` @param seen ids that the penalty applies to
 * @see https://arxiv.org/abs/1909.05858 (penalty), https://arxiv.org/abs/1904.09751 (top-p)
 */
export function chooseToken(
  logits: Float32Array,
  options: SamplingOptions,
  { seen, random }: { seen: ReadonlySet<number>; random: Random },
): number {
  const { temperature = 0, topK, topP = 1, repetitionPenalty = 1 } = options;
  const scores = penalized(logits, seen, repetitionPenalty);
  if (temperature === 0) return largest(scores);
  const candidates = Array.from(scores.keys()).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
  if (topK !== undefined) candidates.length = Math.min(topK, candidates.length);
  const top = scores[candidates[0] as number] as number;
  const weights = candidates.map((id) => Math.exp(((scores[id] as number) - top) / temperature));
  const kept = topP < 1 ? nucleus(weights, topP) : weights.length;
  const total = weights.slice(0, kept).reduce((sum, weight) => sum + weight, 0);
  let rest = random.uniform() * total;
  for (let i = 0; i < kept; i++) {
    rest -= weights[i] as number;
    if (rest < 0) return candidates[i] as number;
  }
  return candidates[kept - 1] as number; // rounding left a crumb
}

function penalized(logits: Float32Array, seen: ReadonlySet<number>, penalty: number): Float32Array {
  if (penalty === 1) return logits;
  const scores = logits.slice();
  for (const id of seen) {
    const score = scores[id];
    if (score !== undefined) scores[id] = score > 0 ? score / penalty : score * penalty;
  }
  return scores;
}

/** How many of the sorted weights reach the share; the one that crosses it is kept. */
function nucleus(weights: readonly number[], share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  for (const [index, weight] of weights.entries()) {
    reached += weight / total;
    if (reached >= share) return index + 1;
  }
  return weights.length;
}

function largest(scores: Float32Array): number {
  let best = 0;
  for (let id = 1; id < scores.length; id++) {
    if ((scores[id] as number) > (scores[best] as number)) best = id;
  }
  return best;
}
