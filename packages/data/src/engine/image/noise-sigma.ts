/**
 * Standard deviation of the noise of a plane, in its own unit: the mean answer of a mask that
 * ignores structure up to second order (Immerkaer, "Fast noise variance estimation", 1996;
 * DOI 10.1006/cviu.1996.0060, Eq. 5).
 *
 * @param plane `[H, W]`
 * @returns 0 for planes smaller than 3 x 3
 */
export function noiseSigma(
  plane: Float32Array,
  { width, height }: { width: number; height: number },
): number {
  if (width < 3 || height < 3) return 0;
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value = (offset: number): number => plane[at + offset] as number;
      const corners = value(-width - 1) + value(-width + 1) + value(width - 1) + value(width + 1);
      const sides = value(-width) + value(-1) + value(1) + value(width);
      sum += Math.abs(corners - 2 * sides + 4 * value(0));
    }
  }
  return (Math.sqrt(Math.PI / 2) * sum) / (6 * (width - 2) * (height - 2));
}
