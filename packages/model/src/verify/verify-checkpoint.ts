import { FormatError, MissingDataError, readSafetensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareValues, type TensorDifference } from './compare-tensors';
import { checkpointRunner, type CheckpointTensors } from './run-checkpoint';

/** Names that an io file gives to inputs; all others are outputs. */
const INPUTS = ['pixel_values', 'input_ids', 'attention_mask', 'inputs_embeds'];

/** Outputs with one row of values per token, of which padding does not count. */
const PER_TOKEN = ['last_hidden_state', 'hidden_state_minus2', 'logits', 'logits_from_embeds'];

/** One compared output. */
export interface VerifiedOutput extends TensorDifference {
  name: string;
  shape: readonly number[];
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
  const { modelType, endIds } = await readModelConfig(join(folder, 'config.json'));
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
  const wanted = new Map([...expected].map(([name, { shape }]) => [name, shape]));
  const actual = await runner(folder, inputs, wanted);
  const outputs: VerifiedOutput[] = [];
  const skipped: string[] = [];
  for (const [name, tensor] of expected) {
    const result = actual[name];
    if (result === undefined) skipped.push(name);
    else outputs.push(await compare(name, { result, tensor, inputs, tolerance, endIds }));
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
  if (name === 'greedy') {
    const counts = untilEnd(wanted, shape.at(-1) as number, endIds);
    const difference = compareValues(actual, wanted, counts);
    return { name, shape, ...difference, passed: difference.maxAbsolute === 0 };
  }
  const mask = PER_TOKEN.includes(name) ? await inputs['attention_mask']?.data() : undefined;
  const perToken = wanted.length / (mask?.length ?? 1);
  const isToken = (index: number): boolean => mask?.[Math.floor(index / perToken)] !== 0;
  const difference = compareValues(actual, wanted, shape.length === 3 ? isToken : undefined);
  const passed = difference.maxAbsolute <= tolerance * Math.max(1, difference.magnitude);
  return { name, shape, ...difference, passed };
}

/** What a reference puts after a row's end of text is filling. */
function untilEnd(
  ids: ArrayLike<number>,
  width: number,
  endIds: readonly number[],
): (index: number) => boolean {
  return (index) => {
    const row = Math.floor(index / width) * width;
    for (let i = row; i < index; i++) if (endIds.includes(ids[i] as number)) return false;
    return true;
  };
}

async function readModelConfig(path: string): Promise<{ modelType: string; endIds: number[] }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(`${path}: cannot be read; expected a Hugging Face model folder`, {
      cause: error,
    });
  });
  try {
    const config = JSON.parse(text) as {
      model_type?: string;
      eos_token_id?: number | number[];
      _class_name?: string;
    };
    return {
      modelType: config.model_type ?? String(config._class_name),
      endIds: [config.eos_token_id ?? []].flat(),
    };
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; fetch it again`, {
      cause: error,
    });
  }
}
