import type { ReleaseMap } from './release-map';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** The three maps of the MoE projection (Eq. 4), by our names. */
const PARTS = ['slice_expert', 'volume_expert', 'shared'] as const;
type Part = (typeof PARTS)[number];

/** Where the projection's tensors lie in a file. */
export interface PlacedProjection {
  /** Tensor in the file by our name; biases that the file lacks are left out. */
  names: ReadonlyMap<string, string>;
  /** Our names for which there is no tensor. */
  missing: string[];
  /** Tensors of the file that have no place. */
  unplaced: string[];
}

/**
 * Finds the projection's tensors in a file: by the spellings of a map, else by their shapes, of which
 * one triple alone may fit `W_share gelu(W_s Z)`, `W_share gelu(W_v Z)`.
 *
 * @param stored shape `[out, in]` of each tensor, biases `[out]` @param outputDim the language model's width
 */
export function placeProjection(
  stored: Shapes,
  { projection: map, outputDim }: { projection: ReleaseMap['projection']; outputDim: number },
): PlacedProjection {
  const weights = new Map<Part, string>();
  for (const part of PARTS) {
    const name = named(stored, map, part);
    if (name !== undefined && ![...weights.values()].includes(name)) weights.set(part, name);
  }
  const byShape = weights.size === PARTS.length ? [] : fittingTriples(stored, weights, outputDim);
  const [only, ...others] = byShape;
  if (only !== undefined && others.length === 0) {
    for (const part of PARTS) weights.set(part, only[part]);
  }
  const names = new Map<string, string>();
  for (const [part, weight] of weights) {
    names.set(`${part}.weight`, weight);
    const bias = `${weight.replace(/\.weight$/, '')}.bias`;
    if (stored.has(bias)) names.set(`${part}.bias`, bias);
  }
  const placed = new Set(names.values());
  const ignored = map.ignored.map((pattern) => new RegExp(pattern));
  return {
    names,
    missing: PARTS.filter((part) => !weights.has(part)).map((part) => `${part}.weight`),
    unplaced: [...stored.keys()].filter(
      (name) => !placed.has(name) && !ignored.some((pattern) => pattern.test(name)),
    ),
  };
}

/** The first spelling of a part that is there as a matrix. */
function named(stored: Shapes, map: ReleaseMap['projection'], part: Part): string | undefined {
  return map[part]
    .flatMap((name) => map.prefixes.flatMap((prefix) => [`${prefix}${name}.weight`, prefix + name]))
    .find((name) => stored.get(name)?.length === 2);
}

/** All ways to take three matrices for the parts that agree with those found by name. */
function fittingTriples(
  stored: Shapes,
  known: ReadonlyMap<Part, string>,
  outputDim: number,
): Record<Part, string>[] {
  const matrices = [...stored].filter(([, shape]) => shape.length === 2);
  const candidates = (part: Part): typeof matrices => {
    const name = known.get(part);
    return matrices.filter(([other]) => name === undefined || name === other);
  };
  return candidates('shared')
    .filter(([, [out]]) => out === outputDim)
    .flatMap(([shared, [, hidden]]) =>
      candidates('slice_expert').flatMap(([slice, [sliceOut, sliceIn]]) =>
        candidates('volume_expert')
          .filter(
            ([volume, [volumeOut, volumeIn]]) =>
              new Set([shared, slice, volume]).size === PARTS.length &&
              sliceOut === hidden &&
              volumeOut === hidden &&
              (volumeIn as number) > (sliceIn as number),
          )
          .map(([volume]) => ({ shared, slice_expert: slice, volume_expert: volume })),
      ),
    );
}
