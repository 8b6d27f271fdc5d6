/**
 * Probability that a variable with Student's t distribution is at most t: finite series in the angle
 * atan(t / sqrt(n)).
 *
 * @param degrees of freedom n, a whole number from 1 on
 * @see Abramowitz and Stegun 26.7.3 (odd) and 26.7.4 (even)
 */
export function studentTCdf(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 + within) / 2;
}

/** Value below which a variable with Student's t distribution lies with probability `p` in (0, 1). */
export function studentTQuantile(p: number, degrees: number): number {
  let [low, high] = [-1, 1];
  while (studentTCdf(low, degrees) > p) low *= 2;
  while (studentTCdf(high, degrees) < p) high *= 2;
  for (
    let middle = (low + high) / 2;
    middle !== low && middle !== high;
    middle = (low + high) / 2
  ) {
    if (studentTCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
