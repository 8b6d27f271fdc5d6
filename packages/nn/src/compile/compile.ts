import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, ShapeError, UnsupportedError } from '@omnict/core';
import { instrumentationOf } from './instrumented-binding';
import { type NamedTensors, recordSparingly } from './record';
import type { RecordedGraph } from './recorded-graph';
import type { Precision } from './recorder';

/** Settings of {@link compile}. */
export interface CompileOptions {
  /** Appears in errors. */
  name?: string;
  /**
   * Recordings kept, one per combination of input shapes; the least recently used goes first, with
   * a warning the first time. Default 16.
   */
  maxRecordings?: number;
  /** How matrices of rank 2 are multiplied. Default `f32`; `bf16` needs the TensorFlow engine. */
  precision?: Precision | undefined;
  /**
   * Calls of a combination of shapes that run eagerly before one is recorded: recording costs as much as many
   * runs, so what may be called but once with a shape is better not recorded at once. Default 0; `bf16`
   * is recorded at once, since eager operations do not round.
   */
  eagerCalls?: number;
}

/** A function that runs as one graph where the engine can. */
export interface CompiledFunction<Inputs extends NamedTensors, Outputs extends NamedTensors> {
  /** Runs it. The caller owns the outputs. */
  (inputs: Inputs): Outputs;
  /** Recordings held now; 0 on engines that run eagerly. */
  readonly recordings: () => number;
  /** Frees the recorded graphs; variables keep their values. */
  dispose(): void;
}

/**
 * Makes a function of tensors run as one TensorFlow graph, as `tf.function` does in Python.
 *
 * The first call (or that after `eagerCalls`) with given input names, shapes and types runs the function eagerly and records the
 * kernel calls it makes: forward, gradients by tfjs autodiff, updates of variables. That graph then
 * gives the result, of the first call as of all later ones. Variables that the function assigns live in
 * the graph; reading, saving or assigning them elsewhere works at any time.
 *
 * What depends on anything but the input tensors and variables is fixed at the first call:
 * JavaScript numbers, branches, random numbers. Pass such values in as tensors.
 * On other engines, and with `OMNICT_COMPILE=off`, the function runs eagerly, with equal results.
 *
 * @param fn function of named tensors; must not keep tensors it makes, nor make variables.
 * @throws UnsupportedError at the first call when fn reads tensor values on the host or makes
 *   variables, or when `bf16` is asked of an engine that cannot; ShapeError for inputs that are no live
 *   tensors; ConfigError when a variable it used was disposed
 */
export function compile<Inputs extends NamedTensors, Outputs extends NamedTensors>(
  fn: (inputs: Inputs) => Outputs,
  options: CompileOptions = {},
): CompiledFunction<Inputs, Outputs> {
  const { name = fn.name || 'function', maxRecordings = 16, precision = 'f32' } = options;
  const { eagerCalls = 0 } = options;
  const graphs = new Map<string, RecordedGraph>();
  const calls = new Map<string, number>();
  let hasWarned = false;

  const call = (inputs: Inputs): Outputs => {
    const signature = signatureOf(name, inputs);
    const instrumentation = instrumentationOf(tf.backend());
    if (precision === 'bf16' && instrumentation === undefined) refusePrecision(name);
    if (
      instrumentation === undefined ||
      instrumentation.recorder !== null || // inside another recording: become part of it
      process.env['OMNICT_COMPILE'] === 'off'
    ) {
      return tf.tidy(() => fn(inputs));
    }
    let graph = graphs.get(signature);
    const called = calls.get(signature) ?? 0;
    if (graph === undefined && called < eagerCalls && precision === 'f32') {
      calls.set(signature, called + 1);
      return tf.tidy(() => fn(inputs));
    }
    if (graph === undefined)
      graph = recordSparingly({ name, precision, instrumentation }, fn, inputs);
    else graphs.delete(signature); // moves it to the end: most recently used
    graphs.set(signature, graph);
    if (graphs.size > maxRecordings) {
      if (!hasWarned) warnOfRecordings(name, maxRecordings);
      hasWarned = true;
      const [oldest, evicted] = graphs.entries().next().value as [string, RecordedGraph];
      evicted.dispose();
      graphs.delete(oldest);
    }
    return graph.run(inputs) as Outputs;
  };

  const dispose = (): void => {
    for (const graph of graphs.values()) graph.dispose();
    graphs.clear();
  };
  Object.defineProperty(call, 'name', { value: name });
  return Object.assign(call, { recordings: () => graphs.size, dispose });
}

/** Whether this engine multiplies in bfloat16. */
export function supportsBfloat16(): boolean {
  return instrumentationOf(tf.backend()) !== undefined;
}

function refusePrecision(name: string): never {
  throw new UnsupportedError(
    `compile: '${name}' is to multiply in bf16; expected the tensorflow engine, got '${tf.getBackend()}'; use precision f32`,
  );
}

function warnOfRecordings(name: string, maxRecordings: number): void {
  process.emitWarning(
    `compile: '${name}' was called with more than ${maxRecordings} combinations of shapes; each costs a new recording; pad inputs to fewer lengths or raise maxRecordings`,
    { code: 'OMNICT_RECORDINGS' },
  );
}

/** Names, types and shapes of the inputs: TensorFlow would accept a wrong feed in silence. */
function signatureOf(name: string, inputs: NamedTensors): string {
  if (typeof inputs !== 'object' || inputs === null) {
    throw new ConfigError(
      `compile: '${name}' takes one object of tensors by name; got ${String(inputs)}`,
    );
  }
  return Object.entries(inputs)
    .map(([inputName, tensor]) => {
      if (!(tensor instanceof tf.Tensor) || tensor.isDisposed) {
        throw new ShapeError(
          `compile: input '${inputName}' of '${name}' is not a live tensor; pass tensors that were not disposed`,
        );
      }
      return `${inputName}:${tensor.dtype}[${tensor.shape.join(',')}]`;
    })
    .join(';');
}
