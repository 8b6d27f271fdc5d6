import { normalQuantile } from '@omnict/core';

/** Sums that are enough for a mean and its interval; they add up, so files need not fit into memory. */
export interface MeanSums {
  count: number;
  sum: number;
  sumOfSquares: number;
}

/**
 * Wilson's interval of a share: unlike mean plus or minus two standard errors it stays in [0, 1] and is
 * right for few samples and for shares near 0 and 1.
 *
 * @see Wilson (1927)
 */
export function wilsonInterval(
  successes: number,
  count: number,
  confidence = 0.95,
): readonly [low: number, high: number] {
  if (count === 0) return [NaN, NaN];
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / count;
  const centre = share + (z * z) / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * count)) / count);
  const scale = 1 + (z * z) / count;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}

/** Standard error of a mean of independent values. NaN for fewer than two. */
export function standardErrorOfMean({ count, sum, sumOfSquares }: MeanSums): number {
  const squares = Math.max(sumOfSquares - (sum * sum) / count, 0);
  return Math.sqrt(squares / (count - 1) / count);
}

/**
 * Standard error of a mean whose values come in clusters (questions about one volume): the independent
 * one plus the covariances inside clusters, which may be negative.
 *
 * @see Miller (2024), Adding Error Bars to Evals, Eq. 4
 */
export function clusteredStandardError(clusters: Iterable<MeanSums>): number {
  const all = [...clusters];
  const total = all.reduce(
    (sums, cluster) => ({
      count: sums.count + cluster.count,
      sum: sums.sum + cluster.sum,
      sumOfSquares: sums.sumOfSquares + cluster.sumOfSquares,
    }),
    { count: 0, sum: 0, sumOfSquares: 0 },
  );
  const mean = total.sum / total.count;
  const squares = Math.max(total.sumOfSquares - total.sum * mean, 0);
  const ofClusters = all.reduce((sum, { sum: own, count }) => sum + (own - count * mean) ** 2, 0);
  const independent = standardErrorOfMean(total) ** 2;
  return Math.sqrt(Math.max(independent + (ofClusters - squares) / total.count ** 2, 0));
}

/** Mean plus or minus so many standard errors. */
export function normalInterval(
  mean: number,
  standardError: number,
  confidence = 0.95,
): readonly [low: number, high: number] {
  const z = normalQuantile((1 + confidence) / 2);
  return [mean - z * standardError, mean + z * standardError];
}
