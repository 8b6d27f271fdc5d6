/** Values below which a tail of either side lies; linear between neighbours. */
export function percentiles(sorted: Float64Array, confidence: number): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)] ?? NaN;
    const above = sorted[Math.ceil(position)] ?? NaN;
    return below + (position - Math.floor(position)) * (above - below);
  };
  return [at(tail), at(1 - tail)];
}
