import { phraseTarget, REGION_VOCABULARY } from '@omnict/phantom';
import type { Unit } from './unit-stream';

const { organs: ORGAN_PHRASE_COUNT, phrases } = REGION_VOCABULARY;
const PHRASE_COUNT = phrases.length;

/** Units read together. */
const BATCH = 50;

/**
 * Scores an encoder's phrases: average precision over patches, phrase by phrase, then the mean.
 *
 * @param read probabilities `[N*P, K]` of units
 * @returns `organs` and `findings`, each 0..1
 */
export async function scorePhrases(
  units: readonly Unit[],
  read: (batch: readonly Unit[]) => Promise<Float32Array>,
): Promise<{ organs: number; findings: number }> {
  const pairs = Array.from({ length: PHRASE_COUNT }, (): [score: number, isRight: boolean][] => []);
  for (let first = 0; first < units.length; first += BATCH) {
    const batch = units.slice(first, first + BATCH);
    const probabilities = await read(batch);
    let index = 0;
    for (const { covers } of batch) {
      for (let i = 0; i < covers.length; i++, index++) {
        const phrase = i % PHRASE_COUNT;
        const target = phraseTarget(covers[i] as number, phrase < ORGAN_PHRASE_COUNT);
        if (target !== 0) pairs[phrase]?.push([probabilities[index] as number, target === 1]);
      }
    }
  }
  const precisions = pairs.map(averagePrecision);
  const mean = (values: readonly number[]): number => {
    const known = values.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    organs: mean(precisions.slice(0, ORGAN_PHRASE_COUNT)),
    findings: mean(precisions.slice(ORGAN_PHRASE_COUNT)),
  };
}

/** Mean of the precisions at each true pair, best scores first; NaN without true pairs. */
function averagePrecision(pairs: [score: number, isRight: boolean][]): number {
  pairs.sort((a, b) => b[0] - a[0]);
  let right = 0;
  let sum = 0;
  for (const [index, [, isRight]] of pairs.entries()) {
    if (!isRight) continue;
    right++;
    sum += right / (index + 1);
  }
  return right === 0 ? NaN : sum / right;
}
