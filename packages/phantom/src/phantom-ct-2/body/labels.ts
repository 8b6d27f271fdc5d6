import { ConfigError } from '@omnict/core';
import { TOTALSEGMENTATOR_LABELS } from '@omnict/io';

const VALUES = new Map(
  Object.entries(TOTALSEGMENTATOR_LABELS).map(([value, name]) => [name, Number(value)]),
);

/** Value of a structure in TotalSegmentator v2's label maps. @throws ConfigError for other names */
export function labelOf(name: string): number {
  const value = VALUES.get(name);
  if (value !== undefined) return value;
  throw new ConfigError(
    `phantom: no structure '${name}'; expected a name of TotalSegmentator v2, for instance 'liver'`,
  );
}
