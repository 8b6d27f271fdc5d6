/** Padded lengths of one part of a batch: of its sequences, T, and of their answers, Q. */
export interface PartShape {
  length: number;
  answerLength: number;
}

/** Padded lengths of a batch's parts, by name. */
export type BatchShape = Readonly<Record<string, PartShape>>;

/** How often a shape is needed, and what it costs. */
export interface ShapeDemand {
  /** What each batch needs at least. */
  needs: readonly BatchShape[];
  /** Work of a batch of a shape, in any unit. */
  cost: (shape: BatchShape) => number;
  /** Work of a shape's first batch beyond that, in batches of the smallest shape. */
  firstCost: number;
}

/** More shapes would hold more graphs in memory, some 30 MiB each for the demo's model. */
const MOST_SHAPES = 4;

/**
 * Chooses the shapes that batches are padded to: padding costs work in every batch, a further shape costs
 * one more recorded graph.
 *
 * @returns from cheap to dear; the last fits all batches, none when there are no batches
 */
export function chooseShapes({ needs, cost, firstCost }: ShapeDemand): BatchShape[] {
  const counts = new Map<string, { shape: BatchShape; count: number }>();
  for (const shape of needs) {
    const key = keyOf(shape);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { shape, count: 1 });
    else known.count++;
  }
  const demanded = [...counts.values()];
  const [first] = demanded;
  if (first === undefined) return [];
  const whole = demanded.reduce((shape, own) => join(shape, own.shape), first.shape);
  const perRecording = firstCost * Math.min(...demanded.map(({ shape }) => cost(shape)));
  const total = (shapes: readonly BatchShape[]): number =>
    demanded.reduce(
      (sum, { shape, count }) => sum + count * cost(fitting(shapes, shape) ?? whole),
      shapes.length * perRecording,
    );
  const candidates = candidatesOf(demanded.map(({ shape }) => shape));
  let chosen: BatchShape[] = [whole];
  while (chosen.length < MOST_SHAPES) {
    const tried = candidates.map((shape) => {
      const shapes = [...chosen, shape].sort((a, b) => cost(a) - cost(b));
      return { shapes, work: total(shapes) };
    });
    const best = tried.reduce((a, b) => (b.work < a.work ? b : a));
    if (best.work >= total(chosen)) break;
    chosen = best.shapes;
  }
  return chosen;
}

/** The first shape that has room for what is needed. */
export function fitting(shapes: readonly BatchShape[], needed: BatchShape): BatchShape | undefined {
  return shapes.find((shape) =>
    Object.entries(needed).every(([name, { length, answerLength }]) => {
      const part = shape[name];
      return part !== undefined && part.length >= length && part.answerLength >= answerLength;
    }),
  );
}

/** Shapes of batches, and those that just have room for two of them. */
function candidatesOf(shapes: readonly BatchShape[]): BatchShape[] {
  const pairs = shapes.flatMap((a, i) => shapes.slice(i).map((b) => join(a, b)));
  return [...new Map(pairs.map((shape) => [keyOf(shape), shape])).values()];
}

/** The smallest shape with room for both. */
function join(a: BatchShape, b: BatchShape): BatchShape {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(
    names.map((name) => {
      const [x, y] = [a[name] ?? NOTHING, b[name] ?? NOTHING];
      const length = Math.max(x.length, y.length);
      return [name, { length, answerLength: Math.max(x.answerLength, y.answerLength) }];
    }),
  );
}

const NOTHING: PartShape = { length: 0, answerLength: 0 };

function keyOf(shape: BatchShape): string {
  return Object.entries(shape)
    .map(([name, { length, answerLength }]) => `${name}:${length}/${answerLength}`)
    .sort()
    .join(' ');
}
