import { gatherRows, type RotaryScheme, type RotaryTable, rotaryTable } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { AttentionContext } from './attention';
import { causalBias, prefixBias } from './attention-bias';
import { attendGroups, biasesAt, type GroupBiases } from './group-attention';
import { type GroupShape, groupShapes, type SequenceGroup } from './sequence-group';

/** A layer's context as plain tensors, which can be handed to a part that is computed again. */
export interface ContextTensors {
  tensors: Record<string, tf.Tensor>;
  restore: (tensors: Readonly<Record<string, tf.Tensor>>) => AttentionContext;
}

/** Contexts of the layers of one forward pass over groups of sequences; equal parts are computed once. */
export class GroupContexts {
  readonly shapes: readonly GroupShape[];
  /** Whether the last layer's output is wanted at some places only. */
  readonly picks: boolean;
  private readonly rotary: RotaryTable;
  private readonly known = new Map<string, ContextTensors>();

  constructor(
    private readonly groups: readonly SequenceGroup[],
    schemeFor: (longest: number) => RotaryScheme,
  ) {
    this.shapes = groupShapes(groups);
    this.picks = groups.some(({ prefix, places }) => (prefix ?? places) !== undefined);
    const positions = groups.flatMap(({ prefix, positions: own }) =>
      prefix === undefined ? [own] : [prefix.positions, own],
    );
    const lengths = this.shapes.map(({ prefixLength, length }) => prefixLength + length);
    this.rotary = flatRotary(positions, schemeFor(Math.max(...lengths)));
  }

  /** @param window of the layer's attention @param isLast whether only wanted rows go on */
  of(window: number, isLast: boolean): ContextTensors {
    const picks = isLast && this.picks;
    const key = `${window}/${picks}`;
    const context = this.known.get(key) ?? this.compute(window, picks);
    this.known.set(key, context);
    return context;
  }

  private compute(window: number, picks: boolean): ContextTensors {
    const { shapes } = this;
    const tensors: Record<string, tf.Tensor> = { ...this.rotary };
    if (picks) {
      const rows = this.wantedRows();
      const [queryCos, querySin] = [this.rotary.cos, this.rotary.sin].map((table) =>
        betweenHeads(tf.gather(tf.squeeze(table, [0, 2]), rows)),
      ) as [tf.Tensor4D, tf.Tensor4D];
      Object.assign(tensors, { rows, queryCos, querySin });
    }
    this.groups.forEach((group, index) => {
      const biases = groupBiases(group, { shape: shapes[index] as GroupShape, window, picks });
      for (const [name, bias] of Object.entries<tf.Tensor>({ ...biases })) {
        tensors[`${name}${index}`] = bias;
      }
    });
    const restore = (given: Readonly<Record<string, tf.Tensor>>): AttentionContext => {
      const {
        cos,
        sin,
        queryCos = cos,
        querySin = sin,
        rows,
      } = given as Record<string, tf.Tensor4D>;
      return {
        rotary: { cos, sin } as RotaryTable,
        queryRotary: { cos: queryCos, sin: querySin } as RotaryTable,
        ...(rows !== undefined && { rows: rows as tf.Tensor as tf.Tensor1D }),
        attend: (heads) =>
          attendGroups(heads, { shapes, picks, biases: shapes.map((_, i) => biasesAt(given, i)) }),
      };
    };
    return { tensors, restore };
  }

  /** Rows, among those of all groups, whose output is wanted: int32 `[M]`. */
  private wantedRows(): tf.Tensor1D {
    const parts = this.groups.map(({ places }, index) => {
      const { rows, length, begin } = this.shapes[index] as GroupShape;
      if (places === undefined) return tf.range(begin, begin + rows * length, 1, 'int32');
      const first = Int32Array.from({ length: rows }, (_, row) => begin + row * length);
      return tf.reshape(tf.add(places, tf.tensor2d(first, [rows, 1], 'int32')), [-1]); // [B*Q]
    });
    return tf.concat(parts as tf.Tensor1D[]);
  }
}

/** Angles of tokens one after the other. @param positions int32 each @returns `[1, N, 1, d]` */
export function flatRotary(positions: readonly tf.Tensor[], scheme: RotaryScheme): RotaryTable {
  const flat = tf.concat(positions.map((part) => tf.reshape(part, [-1]))); // [N]
  const { cos, sin } = rotaryTable(tf.reshape(flat, [1, -1]), scheme); // [1, 1, N, d]
  return { cos: betweenHeads(cos), sin: betweenHeads(sin) };
}

/** Table rows `[.., N, d]` so that they broadcast over the heads of `[1, N, h, d]`. */
function betweenHeads(table: tf.Tensor): tf.Tensor4D {
  return tf.reshape(table, [1, -1, 1, table.shape.at(-1) as number]); // [1, N, 1, d]
}

/** What is added to a group's scores, as {@link attendGroups} takes it. */
function groupBiases(
  { attentionMask, prefix, places }: SequenceGroup,
  { shape, window, picks }: { shape: GroupShape; window: number; picks: boolean },
): GroupBiases {
  const { prefixes, prefixLength, rows, length, queries } = shape;
  const pick = (bias: tf.Tensor4D): tf.Tensor4D => {
    if (!picks || places === undefined) return bias;
    const first = Int32Array.from({ length: rows }, (_, row) => row * length);
    const chosen = tf.reshape(tf.add(places, tf.tensor2d(first, [rows, 1], 'int32')), [-1]); // [B*Q]
    const keys = bias.shape[3];
    const picked = gatherRows(tf.reshape(bias, [-1, keys]), chosen as tf.Tensor1D); // [B*Q, S]
    return tf.reshape(picked, [rows, 1, queries, keys]);
  };
  const bias = pick(causalBias(attentionMask, window)); // [B, 1, Q, T]
  if (prefix === undefined) return { bias };
  const each = rows / prefixes;
  const asShared = (own: tf.Tensor4D): tf.Tensor =>
    tf.reshape(own, [prefixes, 1, each, 1, own.shape[2], own.shape[3]]); // [I, 1, n, 1, Q, S]
  const towards = prefixBias(prefix.attentionMask, { rows, length, prefixLength, window }); // [B, 1, T, P]
  const mask = prefix.attentionMask ?? tf.ones([prefixes, prefixLength], 'int32');
  return {
    bias: asShared(bias),
    ...(towards !== undefined && { towardsPrefix: asShared(pick(towards)) }),
    ...(!picks && { withinPrefix: causalBias(mask as tf.Tensor2D, window) }),
  };
}
