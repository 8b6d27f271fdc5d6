import { ConfigError, type Modality, type Shape3D } from '@omnict/core';

/** What an organ token is made of where its cell of the organ's box holds no organ. */
export type OrganPooling = 'box' | 'organ';

/** Numbers of organ tokens, as Table 12 counts them. */
export interface OrganTokenCounts {
  /** m_2D */
  tokens2d: number;
  /** m_3D */
  tokens3d: number;
  /** Default `box`. */
  pooling?: OrganPooling | undefined;
}

/**
 * The grid that organ tokens are pooled onto.
 *
 * ASSUMPTION: Table 12's pairs (36, 40), (81, 90), (144, 160), (225, 250) equal (6^2, 10 x 2^2),
 * (9^2, 10 x 3^2), (12^2, 10 x 4^2), (15^2, 10 x 5^2): one square grid for a slice, and for a volume
 * one for each of its 10 units.
 *
 * @param units Ns of the input, 1 for a slice
 * @returns `[units, k, k]`
 * @throws ConfigError when the count is not `units` times a square
 */
export function organTokenGrid(
  counts: OrganTokenCounts,
  modality: Modality,
  units: number,
): Shape3D {
  const count = modality === 'slice' ? counts.tokens2d : counts.tokens3d;
  const side = Math.round(Math.sqrt(count / units));
  if (units * side * side === count && count > 0) return [units, side, side];
  const key = modality === 'slice' ? 'tokens2d' : 'tokens3d';
  const lower = units * Math.max(1, Math.floor(Math.sqrt(count / units))) ** 2;
  const upper = units * (Math.floor(Math.sqrt(count / units)) + 1) ** 2;
  const examples = lower === upper ? lower : `${lower} or ${upper}`;
  throw new ConfigError(
    `ose.${key}: ${count} tokens make no square grid on each of ${units} units; expected ${units} times a square, for instance ${examples}; correct the model config`,
  );
}
