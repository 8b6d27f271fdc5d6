import { normalCdf } from '@omnict/core';

/** Discordant pairs up to which the binomial distribution is summed. */
const EXACT_LIMIT = 1000;

/** Two systems on the same closed questions. */
export interface McNemarTest {
  /** Only the first was right. */
  onlyFirst: number;
  /** Only the second was right. */
  onlySecond: number;
  /** Two-sided: exact, by the normal distribution with continuity correction above 1000 pairs. */
  pValue: number;
}

/**
 * McNemar's test: whether two systems are right equally often, from the questions on which they differ.
 *
 * @param first whether the first system was right @param second the same questions, same order
 * @see McNemar (1947)
 */
export function mcNemarTest(first: readonly boolean[], second: readonly boolean[]): McNemarTest {
  const onlyFirst = first.filter((isRight, index) => isRight && second[index] === false).length;
  const onlySecond = first.filter((isRight, index) => !isRight && second[index] === true).length;
  return { onlyFirst, onlySecond, pValue: signTest(onlyFirst, onlySecond) };
}

function signTest(a: number, b: number): number {
  const count = a + b;
  if (count === 0) return 1;
  if (count > EXACT_LIMIT) {
    const z = Math.max(Math.abs(a - b) - 1, 0) / Math.sqrt(count);
    return 2 * (1 - normalCdf(z));
  }
  let term = Math.exp(-count * Math.LN2);
  let tail = term;
  for (let k = 1; k <= Math.min(a, b); k++) tail += term *= (count - k + 1) / k;
  return Math.min(1, 2 * tail);
}
