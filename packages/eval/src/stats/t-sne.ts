import { type Random, ShapeError } from '@omnict/core';

/** How an embedding is made; defaults are those of scikit-learn 1.7. */
export interface TsneOptions {
  /** About how many neighbours a point has. Default 30, at most a third of the points. */
  perplexity?: number;
  /** Default 1000. */
  iterations?: number;
  /** Where points start, `[N, 2]`; default: drawn from `random`. */
  start?: Float64Array;
  random: Random;
}

/** Points in the plane. */
export interface TsneResult {
  /** `[N, 2]` */
  points: Float64Array;
  /** Kullback-Leibler divergence of the plane's neighbourhoods from those of the data, nats. */
  divergence: number;
}

/** Points above which the exact method, of N^2 time and memory, takes minutes. */
const MOST_POINTS = 3000;

/** Least probability: that which a double can add to 1. */
const LEAST = Number.EPSILON;

const EXAGGERATION = 12;
const EXAGGERATED_ITERATIONS = 250;

/**
 * Embeds points in the plane by exact t-SNE (van der Maaten and Hinton, JMLR 9, 2008): gradient descent on
 * the Kullback-Leibler divergence, with scikit-learn's schedule of exaggeration, momentum and gains.
 *
 * @param data `[N, width]` @param width values of a point
 * @throws ShapeError for fewer than 4 points, more than 3,000, or lengths that do not fit
 */
export function tsne(
  data: Float32Array | Float64Array,
  width: number,
  { perplexity, iterations = 1000, start, random }: TsneOptions,
): TsneResult {
  const count = data.length / width;
  if (!Number.isInteger(count) || count < 4 || count > MOST_POINTS) {
    throw new ShapeError(
      `tsne: data: ${data.length} values are ${count} points of ${width}; expected from 4 to ${MOST_POINTS} whole points; draw a sample`,
    );
  }
  if (start !== undefined && start.length !== 2 * count) {
    throw new ShapeError(
      `tsne: start: has ${start.length} values; expected ${2 * count}, two a point; leave it out`,
    );
  }
  const p = jointProbabilities(data, {
    count,
    width,
    perplexity: perplexity ?? Math.min(30, (count - 1) / 3),
  });
  const points =
    start?.slice() ?? Float64Array.from({ length: 2 * count }, () => random.normal() * 1e-4);
  const update = new Float64Array(2 * count);
  const gains = new Float64Array(2 * count).fill(1);
  const rate = Math.max(count / EXAGGERATION / 4, 50);
  const gradient = new Float64Array(2 * count);
  const kernel = new Float64Array(count * count);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const isEarly = iteration < EXAGGERATED_ITERATIONS;
    if (iteration === EXAGGERATED_ITERATIONS) {
      update.fill(0); // the second phase begins anew
      gains.fill(1);
    }
    writeGradient(points, { p, kernel, gradient, factor: isEarly ? EXAGGERATION : 1 });
    const momentum = isEarly ? 0.5 : 0.8;
    for (let i = 0; i < points.length; i++) {
      const slope = gradient[i] as number;
      const isTurning = (update[i] as number) * slope < 0;
      gains[i] = Math.max(
        0.01,
        isTurning ? (gains[i] as number) + 0.2 : (gains[i] as number) * 0.8,
      );
      update[i] = momentum * (update[i] as number) - rate * (gains[i] as number) * slope;
      points[i] = (points[i] as number) + (update[i] as number);
    }
  }
  return { points, divergence: divergenceOf(points, p, kernel) };
}

/** Symmetric neighbour probabilities, `[N, N]`: Gaussians as wide as the perplexity asks. */
function jointProbabilities(
  data: Float32Array | Float64Array,
  { count, width, perplexity }: { count: number; width: number; perplexity: number },
): Float64Array {
  const distances = squaredDistances(data, count, width);
  const conditional = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    writeNeighbours(conditional, distances, { i, count, entropy: Math.log(perplexity) });
  }
  const joint = new Float64Array(count * count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const value = (conditional[i * count + j] as number) + (conditional[j * count + i] as number);
      joint[i * count + j] = value;
      sum += value;
    }
  }
  for (let k = 0; k < joint.length; k++) joint[k] = Math.max((joint[k] as number) / sum, LEAST);
  return joint;
}

/** Squared Euclidean distances, `[N, N]`. */
function squaredDistances(
  data: Float32Array | Float64Array,
  count: number,
  width: number,
): Float64Array {
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        const difference = (data[i * width + k] as number) - (data[j * width + k] as number);
        sum += difference * difference;
      }
      distances[i * count + j] = sum;
      distances[j * count + i] = sum;
    }
  }
  return distances;
}

/** Row i of the conditional probabilities, its precision found by bisection. */
function writeNeighbours(
  conditional: Float64Array,
  distances: Float64Array,
  { i, count, entropy }: { i: number; count: number; entropy: number },
): void {
  let [precision, low, high] = [1, -Infinity, Infinity];
  // Only differences matter; without the nearest one's distance far points would all vanish.
  let nearest = Infinity;
  for (let j = 0; j < count; j++) {
    if (j !== i) nearest = Math.min(nearest, distances[i * count + j] as number);
  }
  for (let step = 0; step < 100; step++) {
    let [sum, weighted] = [0, 0];
    for (let j = 0; j < count; j++) {
      const distance = (distances[i * count + j] as number) - nearest;
      const value = j === i ? 0 : Math.exp(-distance * precision);
      conditional[i * count + j] = value;
      sum += value;
      weighted += distance * value;
    }
    const excess = Math.log(sum) + (precision * weighted) / sum - entropy;
    for (let j = 0; j < count; j++)
      conditional[i * count + j] = (conditional[i * count + j] as number) / sum;
    if (Math.abs(excess) <= 1e-5) return;
    if (excess > 0) {
      low = precision;
      precision = high === Infinity ? precision * 2 : (precision + high) / 2;
    } else {
      high = precision;
      precision = low === -Infinity ? precision / 2 : (precision + low) / 2;
    }
  }
}

/** Student-t kernels of all pairs. @returns their sum over ordered pairs */
function writeKernel(points: Float64Array, kernel: Float64Array): number {
  const count = points.length / 2;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const [x, y] = [points[2 * i] as number, points[2 * i + 1] as number];
    for (let j = i + 1; j < count; j++) {
      const dx = x - (points[2 * j] as number);
      const dy = y - (points[2 * j + 1] as number);
      const value = 1 / (1 + dx * dx + dy * dy);
      kernel[i * count + j] = value;
      sum += 2 * value;
    }
  }
  return sum;
}

function writeGradient(
  points: Float64Array,
  {
    p,
    kernel,
    gradient,
    factor,
  }: { p: Float64Array; kernel: Float64Array; gradient: Float64Array; factor: number },
): void {
  const count = points.length / 2;
  const sum = writeKernel(points, kernel);
  gradient.fill(0);
  for (let i = 0; i < count; i++) {
    const [x, y] = [points[2 * i] as number, points[2 * i + 1] as number];
    let [gx, gy] = [gradient[2 * i] as number, gradient[2 * i + 1] as number];
    for (let j = i + 1; j < count; j++) {
      const value = kernel[i * count + j] as number;
      const pull =
        4 * (factor * (p[i * count + j] as number) - Math.max(value / sum, LEAST)) * value;
      const dx = pull * (x - (points[2 * j] as number));
      const dy = pull * (y - (points[2 * j + 1] as number));
      gx += dx;
      gy += dy;
      gradient[2 * j] = (gradient[2 * j] as number) - dx;
      gradient[2 * j + 1] = (gradient[2 * j + 1] as number) - dy;
    }
    gradient[2 * i] = gx;
    gradient[2 * i + 1] = gy;
  }
}

function divergenceOf(points: Float64Array, p: Float64Array, kernel: Float64Array): number {
  const count = points.length / 2;
  const sum = writeKernel(points, kernel);
  let divergence = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const own = p[i * count + j] as number;
      const theirs = Math.max((kernel[i * count + j] as number) / sum, LEAST);
      divergence += 2 * own * Math.log(own / theirs);
    }
  }
  return divergence;
}
