import { createHash } from 'node:crypto';

/**
 * The part of a set that people look at: as many as the share asks for, rounded up, drawn by the
 * digest of seed and id, so that the draw does not depend on order or on other records' fate.
 */
export function auditSample(
  ids: readonly string[],
  { share, seed }: { share: number; seed: number },
): Set<string> {
  const size = Math.ceil(share * ids.length - 1e-9);
  const drawn = ids
    .map((id) => [createHash('sha256').update(`audit/${seed}/${id}`).digest('hex'), id] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .slice(0, size);
  return new Set(drawn.map(([, id]) => id));
}
