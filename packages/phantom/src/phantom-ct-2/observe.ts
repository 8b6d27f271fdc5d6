import { ORGAN_CLASS_LABELS, type OrganClass } from '@omnict/core';
import type { PlacedFinding } from './findings/finding-instance';
import type { Observation, Scan } from './scan/scan';

/** Whether an image shows a finding. What is there but hardly shows makes no fair question. */
export type Sight = 'seen' | 'absent' | 'unclear';

/** Area of a lesion in a slice from which on it is seen, mm^2, and share of its fullest voxel. */
const SEEN_AREA_MM2 = 18;
const SEEN_COVERAGE = { slice: 0.5, volume: 0.35 } as const;

/** Voxels from which on an organ is seen. */
const SEEN_ORGAN_VOXELS = { slice: 16, volume: 12 } as const;

/** Whether the image shows the phantom's finding with that index. */
export function sightOf({ phantom, volume, observations }: Scan, index: number): Sight {
  const placed = phantom.placed[index] as PlacedFinding;
  const { finding, isPresent, parts } = placed;
  if (finding.geometry.kind === 'body') {
    const isInPlane = finding === phantom.focus.get(phantom.planeOrgan);
    if (phantom.modality === 'slice' && !isInPlane) return 'unclear';
    return isPresent ? 'seen' : 'absent';
  }
  if (parts.length === 0) return 'unclear'; // there was no room for it
  const shown = observations[index] ?? [];
  const isSeen = ({ voxels, mostCovered }: Observation): boolean =>
    mostCovered >= SEEN_COVERAGE[phantom.modality] &&
    (phantom.modality === 'volume' ||
      voxels * volume.spacing[1] * volume.spacing[2] >= SEEN_AREA_MM2);
  const isClear = phantom.modality === 'volume' ? shown.every(isSeen) : shown.some(isSeen);
  if (isClear) return isPresent ? 'seen' : 'absent';
  // A plane may miss it altogether.
  return shown.every(({ volume: covered }) => covered === 0) ? 'absent' : 'unclear';
}

/** Indices of an organ's findings that the image shows; null when one of them is unclear. */
export function seenFindings(scan: Scan, organ: OrganClass): number[] | null {
  const indices = scan.phantom.placed.flatMap(({ finding }, i) =>
    finding.organ === organ ? [i] : [],
  );
  const present = indices.filter((i) => (scan.phantom.placed[i] as PlacedFinding).isPresent);
  if (present.some((i) => sightOf(scan, i) === 'unclear')) return null;
  return present.filter((i) => sightOf(scan, i) === 'seen');
}

/** Voxels that an organ class covers. */
export function organVoxels({ labelVoxels }: Scan, organ: OrganClass): number {
  return ORGAN_CLASS_LABELS[organ].reduce((sum, label) => sum + (labelVoxels[label] as number), 0);
}

/** True when enough of an organ is in the image; `others` always is. */
export function isOrganSeen(scan: Scan, organ: OrganClass): boolean {
  return organ === 'others' || organVoxels(scan, organ) >= SEEN_ORGAN_VOXELS[scan.phantom.modality];
}

/** First and last height at which labels occur, mm; undefined where they do not. */
export function heightsOf(
  { mask }: Scan,
  labels: readonly number[],
): readonly [low: number, high: number] | undefined {
  const [depth, height, width] = mask.shape;
  const wanted = new Uint8Array(256);
  for (const label of labels) wanted[label] = 1;
  let [first, last] = [depth, -1];
  for (let plane = 0; plane < depth; plane++) {
    const voxels = mask.data.subarray(plane * height * width, (plane + 1) * height * width);
    if (!voxels.some((label) => wanted[label] === 1)) continue;
    first = Math.min(first, plane);
    last = plane;
  }
  if (last < 0) return undefined;
  const at = (plane: number): number => mask.origin[2] + plane * mask.spacing[0];
  return [at(first - 0.5), at(last + 0.5)];
}
