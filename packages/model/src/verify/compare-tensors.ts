/** How far two tensors are apart. */
export interface TensorDifference {
  /** Largest absolute difference; infinite when shapes differ or a value is no number. */
  maxAbsolute: number;
  /** The same, each divided by the expected magnitude, at least 1e-6. */
  maxRelative: number;
  /** Largest expected magnitude. */
  magnitude: number;
  /** Values compared. */
  compared: number;
}

/**
 * Compares values one by one.
 *
 * @param counts whether a value counts; padding does not
 */
export function compareValues(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  counts: (index: number) => boolean = () => true,
): TensorDifference {
  const difference = { maxAbsolute: 0, maxRelative: 0, magnitude: 0, compared: 0 };
  if (actual.length !== expected.length) {
    return { ...difference, maxAbsolute: Infinity, maxRelative: Infinity };
  }
  for (let index = 0; index < expected.length; index++) {
    if (!counts(index)) continue;
    const wanted = expected[index] as number;
    const apart = Math.abs((actual[index] as number) - wanted);
    const distance = Number.isNaN(apart) ? Infinity : apart;
    const size = Math.abs(wanted);
    difference.compared++;
    difference.magnitude = Math.max(difference.magnitude, size);
    difference.maxAbsolute = Math.max(difference.maxAbsolute, distance);
    difference.maxRelative = Math.max(difference.maxRelative, distance / Math.max(size, 1e-6));
  }
  return difference;
}
