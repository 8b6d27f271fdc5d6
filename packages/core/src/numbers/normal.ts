/** Probability that a standard normal variable is at most x; accurate to about 1e-15. */
export function normalCdf(x: number): number {
  const tail = upperTail(Math.abs(x));
  return x > 0 ? 1 - tail : tail;
}

/** Value below which a standard normal variable lies with probability `p` in (0, 1). */
export function normalQuantile(p: number): number {
  let low = -40;
  let high = 40;
  // Halving until nothing is left to halve: plain, and exact to the last bits of the distribution.
  for (let step = 0; step < 200 && high - low > 0; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Series near 0, continued fraction in the tail (Abramowitz and Stegun 26.2.11 and 26.2.14). */
function upperTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
    return 0.5 - density * sum;
  }
  let fraction = x;
  for (let k = 120; k >= 1; k--) fraction = x + k / fraction;
  return density / fraction;
}
