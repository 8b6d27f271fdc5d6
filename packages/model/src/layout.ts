import type { FeatureGrid } from '@omnict/encoding';
import { ConfigError, type Modality, type Shape3D } from '@omnict/core';
import { organStrategy } from '@omnict/ose';
import type { ModelConfig } from './config';

/** How many visual tokens an input becomes, and on which grid. */
export interface VisualLayout {
  /** Grid of the encoder's features `[Ns, H', W']`. */
  featureGrid: Shape3D;
  /** Grid after unshuffling `[Ns, H'/m, W'/m]`. */
  tokenGrid: Shape3D;
  /** L: global tokens. */
  globalTokens: number;
  /** Lc: organ tokens, 0 without OSE. */
  organTokens: number;
  /** Slices that one unit stands for: 1 for a slice, 3 for a volume with a 2D encoder. */
  slicesPerUnit: number;
}

/**
 * Layout of one modality. At the paper's sizes (32 x 384 x 384, 27 x 27 patches, m = 3) a volume is
 * 10 x 9 x 9 = 810 tokens and 90 organ tokens, a slice 729 and 81.
 *
 * @param features grid of the encoder's features
 * @throws ConfigError when m does not divide the grid or organ tokens make no square
 */
export function visualLayout(
  { model, features }: { model: ModelConfig; features: FeatureGrid },
  modality: Modality,
): VisualLayout {
  const { gridSize } = features;
  const isSlice = modality === 'slice';
  const slicesPerUnit = isSlice ? 1 : features.slicesPerUnit;
  const units = isSlice ? 1 : features.volumeUnits;
  const block = model.unshuffle[modality];
  if (gridSize % block !== 0) {
    throw new ConfigError(
      `model.unshuffle.${modality}: block ${block} does not divide the encoder's ${gridSize} x ${gridSize} patches; expected a divisor of ${gridSize}`,
    );
  }
  const side = gridSize / block;
  const tokenGrid: Shape3D = [units, side, side];
  return {
    featureGrid: [units, gridSize, gridSize],
    tokenGrid,
    globalTokens: units * side * side,
    organTokens: organStrategy(model.ose.strategy).tokenCount({
      modality,
      grid: tokenGrid,
      counts: model.ose,
    }),
    slicesPerUnit,
  };
}
