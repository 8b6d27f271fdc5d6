import type { Shape3D } from '@omnict/core';

/** A connected set of voxels. */
export interface Component {
  /** Its number in the label array, from 1. */
  id: number;
  voxels: number;
  touchesSide: boolean;
}

/**
 * Connected components of voxels that are not 0, by faces.
 *
 * @param mask `[D, H, W]`
 * @returns number of the component of each voxel, 0 outside, and the components by number
 */
export function components(
  mask: Uint8Array,
  [depth, height, width]: Shape3D,
): { labels: Int32Array; found: Component[] } {
  const labels = new Int32Array(mask.length);
  const stack = new Int32Array(mask.length);
  const found: Component[] = [];
  const plane = height * width;
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] === 0 || labels[seed] !== 0) continue;
    const component = { id: found.length + 1, voxels: 0, touchesSide: false };
    found.push(component);
    let top = 0;
    stack[top++] = seed;
    labels[seed] = component.id;
    while (top > 0) {
      const at = stack[--top] as number;
      component.voxels++;
      const x = at % width;
      const y = Math.floor(at / width) % height;
      const z = Math.floor(at / plane);
      // Sides are those of the plane: lungs that go on above and below the image are lungs.
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) component.touchesSide = true;
      const visit = (next: number): void => {
        if (mask[next] === 0 || labels[next] !== 0) return;
        labels[next] = component.id;
        stack[top++] = next;
      };
      if (x > 0) visit(at - 1);
      if (x < width - 1) visit(at + 1);
      if (y > 0) visit(at - width);
      if (y < height - 1) visit(at + width);
      if (z > 0) visit(at - plane);
      if (z < depth - 1) visit(at + plane);
    }
  }
  return { labels, found };
}

/** Fills, slice by slice, what cannot be reached from the slice's border without crossing the mask. */
export function fillHoles(mask: Uint8Array, [depth, height, width]: Shape3D): Uint8Array {
  const filled = Uint8Array.from(mask);
  const plane = height * width;
  for (let k = 0; k < depth; k++) {
    const outside = mask.subarray(k * plane, (k + 1) * plane).map((value) => (value === 0 ? 1 : 0));
    const { labels, found } = components(outside, [1, height, width]);
    for (let i = 0; i < plane; i++) {
      const component = found[(labels[i] as number) - 1];
      if (component !== undefined && !component.touchesSide) filled[k * plane + i] = 1;
    }
  }
  return filled;
}
