/** Scalar product of two vectors of one length. */
export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + value * (b[axis] as number), 0);
}

/** Vector product of two vectors of three numbers. */
export function cross(a: readonly number[], b: readonly number[]): number[] {
  const [ax, ay, az] = a as [number, number, number];
  const [bx, by, bz] = b as [number, number, number];
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

/** Cosine of an angle between axes that still counts as a right angle: headers round. */
const MAX_COSINE = 1e-3;

/** True when vectors of any length above 0 stand at right angles to each other. */
export function areOrthogonal(vectors: readonly (readonly number[])[]): boolean {
  return vectors.every((a, index) =>
    vectors
      .slice(index + 1)
      .every((b) => Math.abs(dot(a, b)) <= MAX_COSINE * Math.hypot(...a) * Math.hypot(...b)),
  );
}
