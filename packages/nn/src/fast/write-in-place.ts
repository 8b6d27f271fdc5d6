import * as tf from '@tensorflow/tfjs-core';
import type { Recorder } from '../compile/recorder';
import { FLOAT32, INT32 } from '../engine/types';
import { activeRecorder } from './tensorflow';

/**
 * Writes values at one place of an axis of a variable; in a recorded graph without touching the rest.
 *
 * `place` is an int32 scalar in [0, S).
 *
 * @param variable float32 `[..., S, ...]` @param value float32, S replaced by 1
 */
export function writeAt(
  variable: tf.Variable,
  value: tf.Tensor,
  { axis, place }: { axis: number; place: tf.Scalar },
): void {
  const length = variable.shape[axis] as number;
  const assign = (): void => {
    const isHere = tf.equal(tf.range(0, length, 1, 'int32'), place); // [S]
    const shape = variable.shape.map((_, i) => (i === axis ? length : 1));
    variable.assign(tf.where(tf.reshape(isHere, shape), value, variable)); // [..., S, ...]
  };
  const direction = tf.tensor1d(unit(variable.rank, axis), 'int32');
  write(variable, value, { axis, begin: tf.mul(direction, place), length: 1, assign });
}

/**
 * Writes values at the first places of an axis of a variable.
 *
 * @param variable float32 `[..., S, ...]` @param value float32, S replaced by at most S
 */
export function writeFirst(variable: tf.Variable, value: tf.Tensor, axis: number): void {
  const count = value.shape[axis] as number;
  const assign = (): void => {
    const begin = unit(variable.rank, axis).map((item) => item * count);
    const rest = tf.slice(
      variable,
      begin,
      variable.shape.map((size, i) => size - (begin[i] as number)),
    );
    variable.assign(tf.concat([value, rest], axis)); // [..., S, ...]
  };
  const begin = tf.zeros([variable.rank], 'int32');
  write(variable, value, { axis, begin, length: count, assign });
}

interface Write {
  axis: number;
  /** int32 `[rank]`: only the axis counts. */
  begin: tf.Tensor;
  length: number;
  /** Does it eagerly. */
  assign: () => void;
}

function write(
  variable: tf.Variable,
  value: tf.Tensor,
  { axis, begin, length, assign }: Write,
): void {
  const recorder = activeRecorder();
  if (recorder === undefined) {
    assign();
    return;
  }
  const { rank } = variable;
  const direction = unit(rank, axis);
  const end = tf.add(
    begin,
    tf.tensor1d(
      direction.map((item) => item * length),
      'int32',
    ),
  );
  const strides = tf.ones([rank], 'int32');
  const operands = [begin, end, strides, value].map((tensor) => recorder.endpoint(tensor));
  const others = 2 ** rank - 1 - 2 ** axis; // axes that are written as a whole
  recorder.updateInPlace(
    [variable],
    ([handle = ''], wait) =>
      recorder.emit(
        'ResourceStridedSliceAssign',
        [handle, ...operands, ...wait],
        [recorder.type('T', FLOAT32), recorder.type('Index', INT32), ...masks(recorder, others)],
      ),
    assign,
  );
}

function masks(recorder: Recorder, others: number) {
  return [recorder.integer('begin_mask', others), recorder.integer('end_mask', others)];
}

/** 1 at the axis, else 0. */
function unit(rank: number, axis: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === axis ? 1 : 0));
}
