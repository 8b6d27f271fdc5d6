/**
 * Holm's step-down correction: p-values of several comparisons such that the chance of any false one
 * stays below the level, without assuming that they are independent. Comparisons without a p-value
 * (null) were no chance to err.
 *
 * @returns adjusted values in the order given
 * @see Holm (1979)
 */
export function holmCorrection(pValues: readonly (number | null)[]): (number | null)[] {
  const order = [...pValues.keys()]
    .flatMap((index) => {
      const pValue = pValues[index] ?? null;
      return pValue === null ? [] : [{ index, pValue }];
    })
    .sort((a, b) => a.pValue - b.pValue);
  const adjusted = new Array<number | null>(pValues.length).fill(null);
  let largest = 0;
  order.forEach(({ index, pValue }, rank) => {
    largest = Math.max(largest, Math.min(1, pValue * (order.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
