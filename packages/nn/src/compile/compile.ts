import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShapeError } from '../errors/shape-error';
import { UnsupportedError } from '../errors/unsupported-error';
import type { TensorFlowBackend } from '../engine/tensorflow-backend';
import { SERVE_TAG } from './graph-def';
import { type Instrumentation, instrumentationOf } from './instrumented-binding';
import { Recorder } from './recorder';

/** Tensors by name: what a compiled function takes and gives. */
export type NamedTensors = Record<string, tf.Tensor>;

/** Settings of {@link compile}. */
export interface CompileOptions {
  /** Appears in errors. */
  name?: string;
  /** Recordings kept, one per combination of input shapes; the least recently used goes first. */
  maxRecordings?: number;
}

/** A function that runs as one graph where the engine can. */
export interface CompiledFunction<Inputs extends NamedTensors, Outputs extends NamedTensors> {
  /** Runs it. The caller owns the outputs. */
  (inputs: Inputs): Outputs;
  /** Recordings held now; 0 on engines that run eagerly. */
  readonly recordings: () => number;
  /** Frees the recorded graphs. */
  dispose(): void;
}

/** One recorded graph and what a run of it needs. */
interface Recording {
  modelId: number;
  feeds: readonly { endpoint: string; source: string | tf.Variable }[];
  fetches: readonly string[];
  outputNames: readonly string[];
  assigned: readonly tf.Variable[];
  operations: number;
}

/**
 * Makes a function of tensors run as one TensorFlow graph, as `tf.function` does in Python.
 *
 * The first call with given input shapes runs the function eagerly and records the kernel calls it
 * makes: forward, gradients by tfjs autodiff, updates of variables. That graph then gives the result,
 * of the first call as of all later ones. Variables are read and assigned as always: each run takes their current values and
 * `Variable.assign` inside the function takes effect after the run, so that saving, loading and
 * eager code see them at any time.
 *
 * What depends on anything but the input tensors and variables is fixed at the first call:
 * JavaScript numbers, branches, random numbers. Pass such values in as tensors.
 * On other engines, and with `OMNICT_COMPILE=off`, the function runs eagerly, with equal results.
 *
 * @param fn function of named tensors; must not keep tensors it makes.
 * @throws UnsupportedError at the first call when fn reads tensor values on the host.
 */
export function compile<Inputs extends NamedTensors, Outputs extends NamedTensors>(
  fn: (inputs: Inputs) => Outputs,
  { name = fn.name || 'function', maxRecordings = 16 }: CompileOptions = {},
): CompiledFunction<Inputs, Outputs> {
  const recordings = new Map<string, Recording>();

  const call = (inputs: Inputs): Outputs => {
    const backend = tf.backend() as unknown as TensorFlowBackend;
    const instrumentation = instrumentationOf(backend);
    if (
      instrumentation === undefined ||
      instrumentation.recorder !== null || // inside another recording: become part of it
      process.env['OMNICT_COMPILE'] === 'off'
    ) {
      return tf.tidy(() => fn(inputs));
    }
    const signature = signatureOf(inputs);
    const known = recordings.get(signature);
    if (known !== undefined) {
      recordings.delete(signature); // moves it to the end: most recently used
      recordings.set(signature, known);
      return run<Outputs>(backend, known, inputs);
    }
    const recording = record({ backend, instrumentation }, () => fn(inputs), inputs);
    recordings.set(signature, recording);
    if (recordings.size > maxRecordings) {
      const [oldest, evicted] = recordings.entries().next().value as [string, Recording];
      instrumentation.native.deleteSavedModel(evicted.modelId);
      recordings.delete(oldest);
    }
    return run<Outputs>(backend, recording, inputs);
  };

  const dispose = (): void => {
    const instrumentation = instrumentationOf(tf.backend());
    for (const { modelId } of recordings.values())
      instrumentation?.native.deleteSavedModel(modelId);
    recordings.clear();
  };
  Object.defineProperty(call, 'name', { value: name });
  return Object.assign(call, { recordings: () => recordings.size, dispose });
}

/**
 * Runs the function once, for real, while its kernel calls are written down, and undoes what it did.
 *
 * The caller runs the graph then, as for every later call: TensorFlow fuses operations of a graph,
 * which rounds differently, and a resumed training must not differ from one that was never stopped.
 */
function record(
  { backend, instrumentation }: { backend: TensorFlowBackend; instrumentation: Instrumentation },
  fn: () => NamedTensors,
  inputs: NamedTensors,
): Recording {
  const variables = Object.values(tf.engine().state.registeredVariables);
  const idOf = (tensor: tf.Tensor): number => backend.getInputTensorIds([tensor])[0] as number;
  const recorder = new Recorder<string | tf.Variable>(instrumentation);
  const idBefore = new Map<tf.Variable, number>();
  const valueBefore = new Map<tf.Variable, tf.Tensor>();
  for (const variable of variables) {
    const id = idOf(variable);
    idBefore.set(variable, id);
    valueBefore.set(variable, tf.clone(variable)); // shares the data
    recorder.declareFeed(id, variable);
  }
  for (const [inputName, tensor] of Object.entries(inputs)) {
    recorder.declareFeed(idOf(tensor), inputName);
  }

  instrumentation.recorder = recorder;
  let outputs: NamedTensors;
  try {
    outputs = tf.tidy(fn);
  } finally {
    instrumentation.recorder = null;
  }
  const assigned = variables.filter((variable) => idOf(variable) !== idBefore.get(variable));
  const fetched = [...Object.values(outputs), ...assigned];
  // Identity, since a graph must not fetch a placeholder and tensors may be returned twice.
  const fetches = fetched.map((tensor) => {
    const id = idOf(tensor);
    const dtype = instrumentation.tensors.get(id)?.dtype;
    const type = { name: 'T', type: instrumentation.native.TF_ATTR_TYPE, value: dtype };
    return recorder.graph.operation('Identity', [recorder.endpointOf(id)], [type]);
  });
  const recording: Recording = {
    modelId: load(instrumentation, recorder.graph.toSavedModel()),
    feeds: recorder.feeds,
    fetches,
    outputNames: Object.keys(outputs),
    assigned,
    operations: recorder.graph.size,
  };
  for (const variable of assigned) variable.assign(valueBefore.get(variable) as tf.Tensor);
  for (const value of valueBefore.values()) value.dispose();
  const given = new Set<tf.Tensor>([...Object.values(inputs), ...variables]);
  for (const tensor of Object.values(outputs)) if (!given.has(tensor)) tensor.dispose();
  return recording;
}

/** Runs a recorded graph and puts its results where the function would have put them. */
function run<Outputs extends NamedTensors>(
  backend: TensorFlowBackend,
  recording: Recording,
  inputs: NamedTensors,
): Outputs {
  const fed = recording.feeds.map(({ source }) =>
    typeof source === 'string' ? (inputs[source] as tf.Tensor) : source,
  );
  const results = backend.binding
    .runSavedModel(
      recording.modelId,
      backend.getInputTensorIds(fed),
      recording.feeds.map(({ endpoint }) => endpoint).join(','),
      recording.fetches.join(','),
    )
    .map((metadata) => backend.createOutputTensor(metadata));
  const outputCount = recording.outputNames.length;
  recording.assigned.forEach((variable, index) => {
    const value = results[outputCount + index] as tf.Tensor;
    variable.assign(value);
    value.dispose();
  });
  return Object.fromEntries(
    recording.outputNames.map((outputName, index) => [outputName, results[index]]),
  ) as Outputs;
}

/** Hands the graph to TensorFlow; the binding loads only from a folder. */
function load(instrumentation: Instrumentation, savedModel: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel);
    return instrumentation.native.loadSavedModel(folder, SERVE_TAG);
  } catch (error) {
    throw new UnsupportedError(
      `compile: TensorFlow refuses the recorded graph (${error instanceof Error ? error.message : String(error)}); set OMNICT_COMPILE=off to run without recording`,
      { cause: error },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names, types and shapes of the inputs: TensorFlow would accept a wrong feed in silence. */
function signatureOf(inputs: NamedTensors): string {
  return Object.entries(inputs)
    .map(([inputName, tensor]) => {
      if (!(tensor instanceof tf.Tensor) || tensor.isDisposed) {
        throw new ShapeError(
          `compile: input '${inputName}' is not a live tensor; pass tensors that were not disposed`,
        );
      }
      return `${inputName}:${tensor.dtype}[${tensor.shape.join(',')}]`;
    })
    .join(';');
}
