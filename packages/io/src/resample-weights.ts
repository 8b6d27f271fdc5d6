/** For each output cell along one axis: the input cells it is made of, and their shares. */
export interface AxisWeights {
  /** First input cell of each output cell. */
  first: Int32Array;
  /** Input cells of every output cell; shares beyond the border are 0. */
  taps: number;
  /** `[output cells, taps]`, each row summing to 1. */
  shares: Float32Array;
}

/**
 * Weights of linear interpolation between cell centres, clamped at the border: output cell i of n
 * samples position `(i + 0.5) * s / n - 0.5` of s input cells. This is PyTorch's
 * `interpolate(align_corners=False)`.
 *
 * With `antialias`, shrinking widens the triangle to the size of an output cell, as PyTorch's
 * `antialias=True` and Pillow do, so that detail finer than the new grid is averaged and not picked.
 */
export function axisWeights(size: number, sizeOut: number, antialias = false): AxisWeights {
  const scale = size / sizeOut;
  return antialias && scale > 1 ? averaged(size, sizeOut, scale) : linear(size, sizeOut, scale);
}

function linear(size: number, sizeOut: number, scale: number): AxisWeights {
  const taps = size === 1 ? 1 : 2;
  const first = new Int32Array(sizeOut);
  const shares = new Float32Array(sizeOut * taps);
  for (let i = 0; i < sizeOut; i++) {
    const position = Math.min(size - 1, Math.max(0, (i + 0.5) * scale - 0.5));
    const below = Math.min(size - taps, Math.floor(position));
    first[i] = below;
    if (taps === 1) shares[i] = 1;
    else {
      shares[2 * i] = 1 - (position - below);
      shares[2 * i + 1] = position - below;
    }
  }
  return { first, taps, shares };
}

/** Triangle of half-width `scale` about the centre, normalised over the cells that exist. */
function averaged(size: number, sizeOut: number, scale: number): AxisWeights {
  const taps = Math.min(size, 2 * Math.ceil(scale) + 1);
  const first = new Int32Array(sizeOut);
  const shares = new Float32Array(sizeOut * taps);
  for (let i = 0; i < sizeOut; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.floor(centre - scale + 0.5));
    const high = Math.min(size, Math.floor(centre + scale + 0.5));
    const start = Math.min(low, size - taps);
    const row = new Float64Array(taps);
    let sum = 0;
    for (let cell = low; cell < high; cell++) {
      const share = Math.max(0, 1 - Math.abs(cell + 0.5 - centre) / scale);
      row[cell - start] = share;
      sum += share;
    }
    first[i] = start;
    row.forEach((share, tap) => (shares[i * taps + tap] = share / sum));
  }
  return { first, taps, shares };
}
