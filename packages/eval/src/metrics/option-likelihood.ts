/** How log-likelihoods of options of different lengths are made comparable. */
export type LikelihoodNormalization = 'none' | 'characters' | 'bytes';

/**
 * The option a model finds most likely, without generating; the first of equal ones. Position among
 * the options, or -1 when there are none.
 *
 * @param logProbabilities sum over each option's tokens, nats
 * @see lm-evaluation-harness: `acc` (none), `acc_norm` (characters), `acc_bytes` (UTF-8 bytes)
 */
export function mostLikelyOption(
  logProbabilities: readonly number[],
  options: readonly string[],
  normalization: LikelihoodNormalization = 'none',
): number {
  let best = -1;
  let highest = -Infinity;
  logProbabilities.forEach((logProbability, index) => {
    const score = logProbability / lengthOf(options[index] ?? '', normalization);
    if (score > highest) [best, highest] = [index, score];
  });
  return best;
}

function lengthOf(option: string, normalization: LikelihoodNormalization): number {
  if (normalization === 'none') return 1;
  const length = normalization === 'bytes' ? Buffer.byteLength(option) : [...option].length;
  return Math.max(length, 1);
}
