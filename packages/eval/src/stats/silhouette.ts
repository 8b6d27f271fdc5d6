import { ShapeError } from '@omnict/core';

/**
 * Mean silhouette (Rousseeuw 1987) of labelled points by Euclidean distance: 1 for clusters far apart, 0 for
 * clusters that overlap, below 0 for points nearer to another cluster. A point alone in its cluster counts 0.
 *
 * @param data `[N, width]` @param labels of each point
 * @throws ShapeError for lengths that do not fit, or fewer than two clusters
 */
export function silhouette(
  data: Float32Array | Float64Array,
  width: number,
  labels: readonly string[],
): number {
  const names = [...new Set(labels)];
  if (labels.length * width !== data.length || names.length < 2) {
    throw new ShapeError(
      `silhouette: labels: ${labels.length} of ${names.length} kinds for ${data.length} values; expected one for each ${width} values, of two kinds or more; check both`,
    );
  }
  const cluster = labels.map((label) => names.indexOf(label));
  const sizes = names.map((name) => labels.filter((label) => label === name).length);
  let total = 0;
  const sums = new Float64Array(names.length);
  for (let i = 0; i < labels.length; i++) {
    sums.fill(0);
    for (let j = 0; j < labels.length; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        const difference = (data[i * width + k] as number) - (data[j * width + k] as number);
        sum += difference * difference;
      }
      sums[cluster[j] as number] = (sums[cluster[j] as number] as number) + Math.sqrt(sum);
    }
    const own = cluster[i] as number;
    const size = sizes[own] as number;
    if (size === 1) continue;
    const inside = (sums[own] as number) / (size - 1);
    const outside = Math.min(
      ...names.flatMap((_, other) =>
        other === own ? [] : [(sums[other] as number) / (sizes[other] as number)],
      ),
    );
    const larger = Math.max(inside, outside);
    total += larger === 0 ? 0 : (outside - inside) / larger;
  }
  return total / labels.length;
}
