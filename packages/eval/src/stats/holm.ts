/**
 * Holm's step-down correction: p-values of several comparisons such that the chance of any false one
 * stays below the level, without assuming that they are independent.
 *
 * @returns adjusted values in the order given
 * @see Holm (1979)
 */
export function holmCorrection(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues[index] as number) * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
