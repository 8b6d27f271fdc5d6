const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** An amount of bytes for people, in the largest unit of which there is one: `1.5 MiB`. */
export function byteText(bytes: number): string {
  const unit = UNITS.findLastIndex((_, power) => bytes >= 1024 ** power);
  const power = Math.max(0, unit);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power] ?? 'B'}`;
}
