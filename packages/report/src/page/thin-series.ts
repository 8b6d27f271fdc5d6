/** A point of a curve. */
export interface Point {
  step: number;
  value: number;
}

/**
 * Thins a long curve to at most `most` points: of each stretch the least and the greatest value stay, in
 * their order, and so do the first and the last point.
 */
export function thinSeries(points: readonly Point[], most = 300): Point[] {
  if (points.length <= most) return [...points];
  const stretches = Math.max(1, Math.floor((most - 2) / 2));
  const inner = points.slice(1, -1);
  const kept: Point[] = [points[0] as Point];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * inner.length) / stretches);
    const to = Math.floor(((stretch + 1) * inner.length) / stretches);
    let [least, greatest] = [from, from];
    for (let index = from; index < to; index++) {
      if ((inner[index] as Point).value < (inner[least] as Point).value) least = index;
      if ((inner[index] as Point).value > (inner[greatest] as Point).value) greatest = index;
    }
    const ends =
      least === greatest ? [least] : [Math.min(least, greatest), Math.max(least, greatest)];
    kept.push(...ends.map((index) => inner[index] as Point));
  }
  kept.push(points.at(-1) as Point);
  return kept;
}
