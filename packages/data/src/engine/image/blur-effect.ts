/** Length of the box filter; the metric's values can be compared for equal lengths only. */
const BOX_LENGTH = 11;

/** Keeps the ratio defined for planes without any edge. */
const EPSILON = 2 ** -52;

/**
 * How blurred a plane is: 0 sharp, 1 blurred. A blurred image changes little when it is blurred
 * again (Crete et al., "The blur effect", 2007; DOI 10.1117/12.702790); the larger of both
 * directions, as scikit-image's `blur_effect` computes it. Scaling or shifting grey changes nothing.
 *
 * @param plane `[H, W]`
 * @returns 1 for planes too small to tell, 4 x 4 or less
 */
export function blurEffect(
  plane: Float32Array,
  { width, height }: { width: number; height: number },
): number {
  if (width < 5 || height < 5) return 1;
  const along = (stride: number, length: number): number => {
    const blurred = box(plane, { stride, length });
    // The derivative along the stride, smoothed [1, 2, 1] across it (Sobel).
    const across = stride === 1 ? width : 1;
    const edge = (values: ArrayLike<number>, at: number): number => {
      const slope = (place: number): number =>
        (values[place + stride] as number) - (values[place - stride] as number);
      return Math.max(EPSILON, Math.abs(slope(at - across) + 2 * slope(at) + slope(at + across)));
    };
    let [total, lost] = [0, 0];
    for (let y = 2; y < height - 1; y++) {
      for (let x = 2; x < width - 1; x++) {
        const at = y * width + x;
        const sharp = edge(plane, at);
        total += sharp;
        lost += Math.max(0, sharp - edge(blurred, at));
      }
    }
    return (total - lost) / total;
  };
  return Math.max(along(1, width), along(width, height));
}

/** Mean over the box along one direction; edges are mirrored, the end itself repeated. */
function box(
  plane: Float32Array,
  { stride, length }: { stride: number; length: number },
): Float64Array {
  const reach = (BOX_LENGTH - 1) / 2;
  const result = new Float64Array(plane.length);
  const lines = plane.length / length;
  for (let line = 0; line < lines; line++) {
    const start = stride === 1 ? line * length : line;
    const value = (at: number): number => plane[start + mirrored(at, length) * stride] as number;
    let sum = 0;
    for (let at = -reach; at <= reach; at++) sum += value(at);
    for (let at = 0; at < length; at++) {
      result[start + at * stride] = sum / BOX_LENGTH;
      sum += value(at + reach + 1) - value(at - reach);
    }
  }
  return result;
}

/** Index mirrored at the ends: d c b a | a b c d | d c b a. */
function mirrored(index: number, length: number): number {
  if (index >= 0 && index < length) return index;
  const period = 2 * length;
  const place = ((index % period) + period) % period;
  return place < length ? place : period - 1 - place;
}
