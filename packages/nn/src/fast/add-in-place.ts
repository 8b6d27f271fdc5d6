import * as tf from '@tensorflow/tfjs-core';
import { FLOAT32 } from '../engine/types';
import { activeRecorder } from './tensorflow';

/** Adds a value to a float32 variable; in a recorded graph without making a new tensor. */
export function addInPlace(variable: tf.Variable, value: tf.Tensor): void {
  const add = (): void => variable.assign(tf.add(variable, value));
  const recorder = activeRecorder();
  if (recorder === undefined) {
    add();
    return;
  }
  const addend = recorder.endpoint(value);
  recorder.updateInPlace(
    [variable],
    ([handle = ''], wait) =>
      recorder.emit(
        'AssignAddVariableOp',
        [handle, addend, ...wait],
        [recorder.type('dtype', FLOAT32)],
      ),
    add,
  );
}
