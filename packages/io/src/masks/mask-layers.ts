import { FormatError, type OrganMask, type VolumeGeometry } from '@omnict/core';
import { FIRST_OTHER_LABEL, knownStructure, plainName } from './structure-names';

const MAX_LABEL = 255;

/**
 * Collects structures into label maps, so that none of them covers another: what overlaps goes to a
 * layer of its own.
 */
export class MaskLayers {
  readonly #geometry: VolumeGeometry;
  readonly #layers: { data: Uint8Array; labels: Record<number, string> }[] = [];
  readonly #others = new Map<string, number>();

  constructor(geometry: VolumeGeometry) {
    this.#geometry = geometry;
  }

  /**
   * Adds a structure under TotalSegmentator's label, or one above those for other names.
   *
   * @param voxels one a voxel, not 0 inside
   * @throws FormatError when there are more structures than labels
   */
  add(name: string, voxels: ArrayLike<number>): void {
    const { value, name: label } = this.labelOf(name);
    // A structure of several parts (the heart of version 1) overlaps itself at most.
    const free = this.#layers.find(({ data }) => isFree(data, voxels, value));
    const layer = free ?? { data: new Uint8Array(voxels.length), labels: {} };
    if (free === undefined) this.#layers.push(layer);
    layer.labels[value] = label;
    for (let i = 0; i < voxels.length; i++) if (voxels[i] !== 0) layer.data[i] = value;
  }

  /** Label value and name that a structure gets. @throws FormatError when there are none left */
  labelOf(name: string): { value: number; name: string } {
    const known = knownStructure(name);
    if (known !== undefined) return known;
    const plain = plainName(name);
    const value = this.#others.get(plain) ?? FIRST_OTHER_LABEL + this.#others.size;
    if (value > MAX_LABEL) {
      throw new FormatError(
        `mask: more than ${MAX_LABEL} labels; expected fewer structures in one file; split it`,
      );
    }
    this.#others.set(plain, value);
    return { value, name: plain };
  }

  /** Label maps, one where nothing overlaps. */
  get layers(): OrganMask[] {
    const { shape, spacing, origin, direction } = this.#geometry;
    return this.#layers.map(({ data, labels }) => ({
      data,
      labels,
      shape,
      spacing,
      origin,
      direction,
    }));
  }
}

/**
 * One label map of several: where structures overlap, the smaller one stays, so that a lesion is not
 * lost in its organ.
 */
export function flattened(layers: readonly OrganMask[]): OrganMask {
  const [first, ...others] = layers as [OrganMask, ...OrganMask[]];
  if (others.length === 0) return first;
  const counts = new Float64Array(MAX_LABEL + 1);
  for (const { data } of layers) {
    for (let i = 0; i < data.length; i++)
      counts[data[i] as number] = 1 + (counts[data[i] as number] as number);
  }
  const data = first.data.slice();
  for (const other of others) {
    for (let i = 0; i < data.length; i++) {
      const [here, there] = [data[i] as number, other.data[i] as number];
      const isSmaller = (counts[there] as number) < (counts[here] as number);
      if (there !== 0 && (here === 0 || isSmaller)) data[i] = there;
    }
  }
  return {
    ...first,
    data,
    labels: Object.assign({}, ...layers.map(({ labels }) => labels)) as OrganMask['labels'],
  };
}

function isFree(data: Uint8Array, voxels: ArrayLike<number>, value: number): boolean {
  for (let i = 0; i < voxels.length; i++) {
    if (voxels[i] !== 0 && data[i] !== 0 && data[i] !== value) return false;
  }
  return true;
}
