import type { CellDelta } from './table-cell';

/** Modalities as tables name them. */
export const MODALITY_TITLES = { slice: 'slices', volume: 'volumes' } as const;

/** Writes a share in percent. */
export function percent(value: number): string {
  return (value * 100).toFixed(1);
}

/** Writes a difference of shares in percentage points, with its sign. */
export function signed(value: number): string {
  const text = percent(value);
  if (text === '-0.0') return '+0.0';
  return value < 0 ? text : `+${text}`;
}

/** Writes an interval behind its figure; nothing where the questions cannot say. */
export function rangeText(
  { low, high }: Pick<CellDelta, 'low' | 'high'>,
  format: (value: number) => string,
): string {
  return low === null || high === null ? '' : ` [${format(low)}, ${format(high)}]`;
}
