import type { SequenceGroup } from '@omnict/llm';
import type { NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchPart } from './batch-part';

/** A part of a batch as tensors. */
export interface PartTensors extends SequenceGroup {
  /** int32 `[B, T]` */
  inputIds: tf.Tensor2D;
  /** int32 `[B, T]`, absent without vision */
  visualIndex: tf.Tensor2D | undefined;
  prefix?:
    | {
        positions: tf.Tensor2D;
        inputIds: tf.Tensor2D;
        visualIndex: tf.Tensor2D | undefined;
      }
    | undefined;
}

/** Names of parts, in the order of a batch. */
const PARTS = ['', 'slice', 'volume'] as const;

/** Uploads a part, its name before each tensor's. */
export function uploadPart(part: BatchPart, vision: boolean): NamedTensors {
  const { rows, length, answerLength, prefix } = part;
  const own = (values: Int32Array): tf.Tensor => tf.tensor2d(values, [rows, length], 'int32');
  const tensors: NamedTensors = {
    inputIds: own(part.inputIds),
    attentionMask: own(part.attentionMask),
    positions: own(part.positions),
    answerPlaces: tf.tensor2d(part.answerPlaces, [rows, answerLength], 'int32'),
    ...(vision && { visualIndex: own(part.visualIndex) }),
  };
  if (prefix !== undefined) {
    const shape: [number, number] = [prefix.count, prefix.length];
    tensors['prefixInputIds'] = tf.tensor2d(prefix.inputIds, shape, 'int32');
    tensors['prefixPositions'] = tf.tensor2d(prefix.positions, shape, 'int32');
    tensors['prefixVisualIndex'] = tf.tensor2d(prefix.visualIndex, shape, 'int32');
  }
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [nameIn(part.name, name), tensor]),
  );
}

/** The parts among the inputs of a batch. */
export function tensorsOfParts(inputs: NamedTensors): PartTensors[] {
  return PARTS.flatMap((part): PartTensors[] => {
    const find = (name: string) => inputs[nameIn(part, name)] as tf.Tensor2D | undefined;
    const inputIds = find('inputIds');
    if (inputIds === undefined) return [];
    const prefixIds = find('prefixInputIds');
    return [
      {
        inputIds,
        visualIndex: find('visualIndex'),
        attentionMask: find('attentionMask') as tf.Tensor2D,
        positions: find('positions') as tf.Tensor2D,
        places: find('answerPlaces'),
        prefix: prefixIds && {
          inputIds: prefixIds,
          visualIndex: find('prefixVisualIndex'),
          positions: find('prefixPositions') as tf.Tensor2D,
        },
      },
    ];
  });
}

/** Tensors of all parts one after the other, `[N]`. */
export function flatten(
  parts: readonly PartTensors[],
  pick: (part: PartTensors) => (tf.Tensor2D | undefined)[],
): tf.Tensor1D {
  const found = parts.flatMap(pick).flatMap((tensor) => (tensor === undefined ? [] : [tensor]));
  return tf.concat(found.map((tensor) => tf.reshape(tensor, [-1]) as tf.Tensor1D));
}

/** `slice` and `inputIds` to `sliceInputIds`. */
function nameIn(part: string, name: string): string {
  return part === '' ? name : `${part}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
