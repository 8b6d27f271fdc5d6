/** How far two judges agree on the answers that both scored. */
export interface JudgeAgreement {
  count: number;
  /** Share of answers that both call right (score of one half or more) or both call wrong. */
  agreement: number;
  /** Cohen's kappa of these calls: agreement beyond chance; NaN when both call all alike. */
  kappa: number;
  /** Mean absolute difference of the scores. */
  meanDifference: number;
}

/** Compares the scores of two judges by id; answers without a score are left out. @see Cohen (1960) */
export function judgeAgreement(
  first: readonly { id: string; score: number | null }[],
  second: readonly { id: string; score: number | null }[],
): JudgeAgreement {
  const scoreOf = new Map(first.map(({ id, score }) => [id, score]));
  const pairs = second.flatMap(({ id, score }): [number, number][] => {
    const other = scoreOf.get(id) ?? null;
    return score === null || other === null ? [] : [[other, score]];
  });
  const count = pairs.length;
  const share = (matches: (pair: [number, number]) => boolean): number =>
    pairs.filter(matches).length / count;
  const isRight = (score: number): boolean => score >= 0.5;
  const agreement = share(([a, b]) => isRight(a) === isRight(b));
  const rightByFirst = share(([a]) => isRight(a));
  const rightBySecond = share(([, b]) => isRight(b));
  const byChance = rightByFirst * rightBySecond + (1 - rightByFirst) * (1 - rightBySecond);
  return {
    count,
    agreement,
    kappa: (agreement - byChance) / (1 - byChance),
    meanDifference: pairs.reduce((sum, [a, b]) => sum + Math.abs(a - b), 0) / count,
  };
}
