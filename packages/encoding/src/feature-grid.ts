import { type CompositionName, SLICES_PER_UNIT } from './compose-slices';
import type { EncoderShape } from './vision-encoder';

/** Grid of a volume's features. */
export interface FeatureGrid {
  /** Features per side, `H' = W'`. */
  gridSize: number;
  /** Units of a volume, Ns. */
  volumeUnits: number;
  /** Slices that one unit stands for. */
  slicesPerUnit: number;
}

/** Grid that an encoder makes of volumes with `depth` slices; of the composition, 2D encoders' alone. */
export function featureGrid(
  encoder: EncoderShape,
  depth: number,
  composition: CompositionName = 'compose',
): FeatureGrid {
  const { gridSize } = encoder;
  if (encoder.takes === 'units') {
    const slicesPerUnit = composition === 'replicate' ? 1 : SLICES_PER_UNIT;
    return { gridSize, volumeUnits: Math.floor(depth / slicesPerUnit), slicesPerUnit };
  }
  const { unitCount } = encoder;
  return { gridSize, volumeUnits: unitCount, slicesPerUnit: Math.floor(depth / unitCount) };
}
