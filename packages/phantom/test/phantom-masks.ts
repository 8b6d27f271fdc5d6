import type { RawImage } from '@omnict/io';

/** A connected lump of a label: its size and its middle, mm. */
export interface Lump {
  voxels: number;
  center: readonly number[];
}

/** Lumps of a value that touch by face, edge or corner. */
export function componentsOf(image: RawImage, value: number): Lump[] {
  const [depth, height, width] = image.shape;
  const seen = new Uint8Array(image.data.length);
  const lumps: Lump[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || image.data[start] !== value) continue;
    const stack = [start];
    seen[start] = 1;
    let [voxels, x, y, z] = [0, 0, 0, 0];
    while (stack.length > 0) {
      const index = stack.pop() as number;
      const [i, j, k] = [
        index % width,
        Math.floor(index / width) % height,
        Math.floor(index / (width * height)),
      ];
      voxels++;
      x += i;
      y += j;
      z += k;
      for (let dk = -1; dk <= 1; dk++) {
        for (let dj = -1; dj <= 1; dj++) {
          for (let di = -1; di <= 1; di++) {
            const [a, b, c] = [i + di, j + dj, k + dk];
            if (a < 0 || b < 0 || c < 0 || a >= width || b >= height || c >= depth) continue;
            const next = (c * height + b) * width + a;
            if (seen[next] === 1 || image.data[next] !== value) continue;
            seen[next] = 1;
            stack.push(next);
          }
        }
      }
    }
    const { origin, spacing } = image;
    lumps.push({
      voxels,
      center: [
        origin[0] + (x / voxels) * spacing[2],
        origin[1] + (y / voxels) * spacing[1],
        origin[2] + (z / voxels) * spacing[0],
      ],
    });
  }
  return lumps;
}

/** Lower and upper end of labels, mm. */
export function heightsOfLabels(
  image: RawImage,
  labels: readonly number[],
): readonly [low: number, high: number] {
  const area = image.shape[1] * image.shape[2];
  let [first, last] = [Infinity, -1];
  image.data.forEach((value, index) => {
    if (!labels.includes(value)) return;
    first = Math.min(first, Math.floor(index / area));
    last = Math.max(last, Math.floor(index / area));
  });
  const at = (plane: number): number => image.origin[2] + plane * image.spacing[0];
  return [at(first - 0.5), at(last + 0.5)];
}
