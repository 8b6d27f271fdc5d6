import { cross, dot } from '../vectors';
import type { SliceHeader, SliceVariant } from './slice-header';
import { publicTerm } from './public-term';

/** Slices that belong together. */
export interface SliceGroup {
  slices: SliceHeader[];
  /** What tells it from others of its series, such as `acquisition 2`; empty for a whole series. */
  note: string;
}

/** Difference of cosines up to which slices lie in one direction: files round them. */
const SAME_COSINE = 2e-3;

/** Difference of pixel spacings, as a share, up to which they are one: files round them. */
const SAME_SPACING = 1e-3;

/**
 * Groups slices by series, size, storage class, direction and pixel spacing, the last two with
 * tolerance. Phases or reconstructions under one series that lie between each other are parted.
 *
 * @returns groups in order of their series' numbers, larger ones first where these agree
 */
export function groupBySeries(slices: readonly SliceHeader[]): SliceGroup[] {
  const bySeries = new Map<string, SliceHeader[]>();
  for (const slice of slices) {
    const members = bySeries.get(slice.seriesKey);
    if (members === undefined) bySeries.set(slice.seriesKey, [slice]);
    else members.push(slice);
  }
  return [...bySeries.values()]
    .flatMap(alike)
    .flatMap((members) => parted({ slices: members, note: '' }))
    .sort(
      (a, b) =>
        (a.slices[0]?.seriesNumber ?? 0) - (b.slices[0]?.seriesNumber ?? 0) ||
        b.slices.length - a.slices.length,
    );
}

/** Parts slices that differ in direction or pixel spacing; what is not given fits anything. */
function alike(slices: readonly SliceHeader[]): SliceHeader[][] {
  const groups: SliceHeader[][] = [];
  for (const slice of slices) {
    const group = groups.find(([first]) => first !== undefined && isAlike(first, slice));
    if (group === undefined) groups.push([slice]);
    else group.push(slice);
  }
  return groups;
}

function isAlike(a: SliceHeader, b: SliceHeader): boolean {
  const isSame = (
    one: readonly number[],
    other: readonly number[],
    tolerance: (value: number) => number,
  ): boolean =>
    one.length !== other.length ||
    one.every((value, i) => !(Math.abs(value - (other[i] as number)) > tolerance(value)));
  return (
    isSame(a.orientation, b.orientation, () => SAME_COSINE) &&
    isSame(a.pixelSpacing, b.pixelSpacing, (value) => SAME_SPACING * Math.abs(value))
  );
}

/**
 * Parts a group whose slices of different acquisitions (phases, kernels, kinds) lie between each other:
 * shuffled by position they would look like one finer scan. Parts that follow one another are one scan.
 */
function parted(group: SliceGroup): SliceGroup[] {
  const ordered = inOrder(group.slices);
  if (ordered === undefined) return [group];
  for (const name of Object.keys(ordered[0]?.variant ?? {}) as (keyof SliceVariant)[]) {
    const values = ordered.map(({ variant }) => variant[name]);
    const distinct = [...new Set(values)];
    const runs = values.filter((value, i) => i === 0 || value !== values[i - 1]).length;
    const isMixed = distinct.length > 1 && runs > distinct.length;
    // Step-and-shoot scans number each turn of the gantry: then values are as many as slices.
    if (!isMixed || distinct.length > ordered.length / 2 || distinct.includes('')) continue;
    return distinct.flatMap((value) =>
      parted({
        slices: group.slices.filter(({ variant }) => variant[name] === value),
        note: [group.note, `${name} ${publicTerm(value)}`].filter((text) => text !== '').join(', '),
      }),
    );
  }
  return [group];
}

/** Slices by position along their normal; undefined when they do not say where they lie. */
function inOrder(slices: readonly SliceHeader[]): SliceHeader[] | undefined {
  const { orientation } = slices[0] as SliceHeader;
  const isPlaced = slices.every(({ position }) => position.length === 3);
  if (!isPlaced || orientation.length !== 6) return undefined;
  const normal = cross(orientation.slice(0, 3), orientation.slice(3));
  return [...slices].sort((a, b) => dot(a.position, normal) - dot(b.position, normal));
}
