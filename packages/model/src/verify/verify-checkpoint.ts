import { MissingDataError } from '@omnict/core';
import { readSafetensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { compareValues, type TensorDifference } from './compare-tensors';
import { includesPrompt, untilEnd } from './greedy';
import { readCheckpointKind } from './checkpoint-kind';
import { checkpointRunner, type CheckpointTensors } from './run-checkpoint';

/** Names that an io file gives to inputs; all others are outputs. */
const INPUTS = ['pixel_values', 'input_ids', 'attention_mask', 'token_type_ids', 'inputs_embeds'];

/** Outputs with one row of values per token, of which padding does not count. */
const PER_TOKEN = ['last_hidden_state', 'hidden_state_minus2', 'logits', 'logits_from_embeds'];

/** One compared output. */
export interface VerifiedOutput extends TensorDifference {
  name: string;
  /** Expected. */
  shape: readonly number[];
  actualShape: readonly number[];
  /** Equal token ids, or a difference within the tolerance. */
  passed: boolean;
}

/** Result of a comparison. */
export interface Verification {
  modelType: string;
  tolerance: number;
  outputs: VerifiedOutput[];
  /** Outputs of the io file that this architecture does not compute. */
  skipped: string[];
  passed: boolean;
}

/**
 * Runs a checkpoint on the inputs of an io file and compares each output found there: the proof that a
 * checkpoint gives here what it gave where the file was written.
 *
 * @param io safetensors file: `pixel_values`, `input_ids`, `attention_mask` or `inputs_embeds` as
 *   inputs, in PyTorch layout; `last_hidden_state`, `logits`, `logits_from_embeds`,
 *   `hidden_state_minus2` and `greedy` as outputs
 * @param tolerance largest difference, as a share of the largest expected value or, when that is below
 *   1, absolute
 * @throws MissingDataError, FormatError, ConfigError, ShapeError
 */
export async function verifyCheckpoint(
  folder: string,
  io: string,
  tolerance = 1e-4,
): Promise<Verification> {
  const { modelType, endIds } = await readCheckpointKind(folder);
  const runner = checkpointRunner(modelType, join(folder, 'config.json'));
  const tensors = await readSafetensors(io);
  const inputs: CheckpointTensors = {};
  const expected = new Map<string, tf.Tensor>();
  for (const [name, tensor] of tensors) {
    if (INPUTS.includes(name)) inputs[name] = tensor;
    else expected.set(name, tensor);
  }
  if (expected.size === 0) {
    throw new MissingDataError(
      `${io}: holds no outputs to compare; expected some of ${[...PER_TOKEN, 'greedy'].join(', ')}`,
    );
  }
  const actual = await runner(folder, inputs, expected);
  const outputs: VerifiedOutput[] = [];
  const skipped: string[] = [];
  for (const [name, tensor] of expected) {
    const result = actual[name];
    if (result === undefined) {
      skipped.push(name);
      continue;
    }
    const rows = firstRows(result, tensor);
    outputs.push(await compare(name, { result: rows, tensor, inputs, tolerance, endIds }));
    if (rows !== result) rows.dispose();
  }
  tf.dispose([actual, ...tensors.values()]);
  const passed = outputs.length > 0 && outputs.every((output) => output.passed);
  return { modelType, tolerance, outputs, skipped, passed };
}

async function compare(
  name: string,
  options: {
    result: tf.Tensor;
    tensor: tf.Tensor;
    inputs: CheckpointTensors;
    tolerance: number;
    endIds: readonly number[];
  },
): Promise<VerifiedOutput> {
  const { result, tensor, inputs, tolerance, endIds } = options;
  const { shape } = tensor;
  const [actual, wanted] = [await result.data(), await tensor.data()];
  const isSameShape = result.shape.join() === shape.join();
  const output = { name, shape, actualShape: result.shape };
  if (name === 'greedy') {
    const difference = compareValues(actual, wanted, await beforeEnd(tensor, inputs, endIds));
    return { ...output, ...difference, passed: isSameShape && difference.maxAbsolute === 0 };
  }
  const counts = PER_TOKEN.includes(name) ? await tokensOnly(shape, inputs) : undefined;
  const difference = compareValues(actual, wanted, counts);
  const allowed = tolerance * Math.max(1, difference.magnitude);
  return { ...output, ...difference, passed: isSameShape && difference.maxAbsolute <= allowed };
}

/** As many rows as are expected, when there are more and rows are of equal shape. */
function firstRows(result: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const [rows = 0, ...rest] = shape;
  const [made = 0, ...row] = result.shape;
  if (made <= rows || row.join() !== rest.join()) return result;
  return tf.slice(result, 0, rows);
}

/** Which values of generated ids count. */
async function beforeEnd(
  expected: tf.Tensor,
  { input_ids: ids }: CheckpointTensors,
  endIds: readonly number[],
): Promise<(index: number) => boolean> {
  const width = expected.shape.at(-1) as number;
  const rows = (await tf.reshape(expected, [-1, width]).array()) as number[][];
  const prompts = (await ids?.array()) as number[][] | undefined;
  const start = includesPrompt(rows, prompts) ? (prompts?.[0]?.length ?? 0) : 0;
  return untilEnd(rows, { start, endIds });
}

/** Which values of `[B, T, ...]` belong to tokens, where the io file says which are. */
async function tokensOnly(
  shape: readonly number[],
  { attention_mask: mask }: CheckpointTensors,
): Promise<((index: number) => boolean) | undefined> {
  const [batch, length, ...rest] = shape;
  const [rows = 0, columns] = mask?.shape ?? [];
  if (mask === undefined || rest.length === 0) return undefined;
  if (rows < (batch ?? 0) || columns !== length) return undefined;
  const values = await mask.data();
  const perToken = rest.reduce((product, size) => product * size, 1);
  return (index) => values[Math.floor(index / perToken)] !== 0;
}
