import type * as tf from '@tensorflow/tfjs-core';

/** Sequences of one length, perhaps the ends of longer ones that begin alike. */
export interface SequenceGroup {
  /** int32 `[B, T]`: place of each token in its whole sequence, padding not counted */
  positions: tf.Tensor2D;
  /** int32 `[B, T]`: 1 for tokens, 0 for padding */
  attentionMask: tf.Tensor2D;
  /** What sequences begin with: row b with beginning `floor(b / (B / I))`. */
  prefix?: SequencePrefix | undefined;
  /** int32 `[B, Q]`: places in T whose output is wanted. Default: all. */
  places?: tf.Tensor2D | undefined;
}

/** Beginnings that several sequences share. */
export interface SequencePrefix {
  /** int32 `[I, P]` */
  positions: tf.Tensor2D;
  /** int32 `[I, P]`. Default: all are tokens. */
  attentionMask?: tf.Tensor2D | undefined;
}

/** Sizes of a group, and where its rows lie among those of all groups. */
export interface GroupShape {
  /** I, 0 without a prefix */
  prefixes: number;
  /** P, 0 without a prefix */
  prefixLength: number;
  /** B */
  rows: number;
  /** T */
  length: number;
  /** Q */
  queries: number;
  /** First of its own tokens; those of its prefix lie before. */
  begin: number;
}

/** Sizes of groups whose tokens lie one after the other: prefix, then own, group by group. */
export function groupShapes(groups: readonly SequenceGroup[]): GroupShape[] {
  let end = 0;
  return groups.map(({ positions, prefix, places }) => {
    const [rows, length] = positions.shape;
    const [prefixes, prefixLength] = prefix?.positions.shape ?? [0, 0];
    const begin = end + prefixes * prefixLength;
    end = begin + rows * length;
    return { prefixes, prefixLength, rows, length, queries: places?.shape[1] ?? length, begin };
  });
}

/** Tokens of each part: of a group's prefix, when it has one, and its own. */
export function partSizes(shapes: readonly GroupShape[]): number[] {
  return shapes.flatMap(({ prefixes, prefixLength, rows, length }) =>
    prefixes === 0 ? [rows * length] : [prefixes * prefixLength, rows * length],
  );
}
