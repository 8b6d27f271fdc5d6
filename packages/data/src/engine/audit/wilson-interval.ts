/** Quantile of the normal distribution for 95 %. */
const Z = 1.959963984540054;

/**
 * 95 % interval of a share that was counted (Wilson, 1927): good also for few rows and rare errors.
 *
 * @returns [0, 1] when nothing was counted
 */
export function wilsonInterval(count: number, of: number): readonly [low: number, high: number] {
  if (of === 0) return [0, 1];
  const share = count / of;
  const scale = 1 + Z ** 2 / of;
  const centre = (share + Z ** 2 / (2 * of)) / scale;
  const reach = (Z / scale) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return [Math.max(0, centre - reach), Math.min(1, centre + reach)];
}
