import * as tf from '@tensorflow/tfjs-core';
import { OmnictError, UnsupportedError } from '@omnict/core';
import { deepCopy } from '../fast/deep-copy';
import { finishRecording } from './finish-recording';
import type { Instrumentation } from './instrumented-binding';
import { RecordedGraph } from './recorded-graph';
import { type Precision, Recorder } from './recorder';

/** Tensors by name: what a compiled function takes and gives. */
export type NamedTensors = Record<string, tf.Tensor>;

/** What a recording is made for. */
export interface RecordContext {
  name: string;
  precision: Precision;
  instrumentation: Instrumentation;
}

/**
 * Records a function, with little memory where that works.
 *
 * @throws UnsupportedError for what cannot be recorded
 */
export function recordSparingly<Inputs extends NamedTensors>(
  context: RecordContext,
  fn: (inputs: Inputs) => NamedTensors,
  inputs: Inputs,
): RecordedGraph {
  try {
    return record(context, fn, inputs);
  } catch (error) {
    if (OmnictError.isInstance(error)) throw error;
    // TensorFlow refused an operation. A stand-in may be no index where the value itself is one.
    return context.instrumentation.standIns.without(() => record(context, fn, inputs));
  }
}

/**
 * Runs the function once, for real, while its kernel calls are written down, and undoes what it did.
 *
 * The caller runs the graph then, as for every later call: TensorFlow fuses operations of a graph,
 * which rounds differently, and a resumed training must not differ from one that was never stopped.
 */
function record<Inputs extends NamedTensors>(
  context: RecordContext,
  fn: (inputs: Inputs) => NamedTensors,
  inputs: Inputs,
): RecordedGraph {
  const { name, precision, instrumentation } = context;
  const variables = registeredVariables();
  const { own, copies } = withoutSharing(instrumentation, variables, inputs);
  const recorder = new Recorder(instrumentation, name, precision);
  const before = variables.map((variable) => {
    recorder.declareVariable(variable);
    return { variable, dataId: variable.dataId, value: tf.clone(variable) }; // shares the data
  });
  for (const [inputName, tensor] of Object.entries(own)) recorder.declareInput(tensor, inputName);
  let outputs: NamedTensors = {};
  try {
    instrumentation.recorder = recorder;
    outputs = tf.tidy(() => fn(own));
    refuseNewVariables(name, variables);
    const assigned = before.filter(({ variable, dataId }) => variable.dataId !== dataId);
    const description = finishRecording(
      recorder,
      outputs,
      assigned.map(({ variable }) => variable),
    );
    return new RecordedGraph(name, instrumentation, description);
  } finally {
    instrumentation.recorder = null;
    for (const { variable, dataId, value } of before) {
      if (variable.dataId !== dataId) variable.assign(value);
      value.dispose();
    }
    const given = new Set<tf.Tensor>([...Object.values(own), ...variables]);
    for (const tensor of Object.values(outputs)) if (!given.has(tensor)) tensor.dispose();
    tf.dispose(copies);
    instrumentation.standIns.clear();
  }
}

/**
 * A recording tells tensors apart by their data. Clones share it: variables get data of their own,
 * and so do inputs, for the recording.
 */
function withoutSharing<Inputs extends NamedTensors>(
  { backend }: Instrumentation,
  variables: readonly tf.Variable[],
  inputs: Inputs,
): { own: Inputs; copies: tf.Tensor[] } {
  const seen = new Set<number>();
  const isShared = (tensor: tf.Tensor): boolean => {
    const [id] = backend.getInputTensorIds([tensor]) as [number];
    return seen.size === seen.add(id).size;
  };
  for (const variable of variables) {
    if (isShared(variable)) tf.tidy(() => variable.assign(deepCopy(variable)));
  }
  const copies: tf.Tensor[] = [];
  const own = Object.entries(inputs).map(([name, tensor]) => {
    if (!isShared(tensor)) return [name, tensor] as const;
    const copy = tf.keep(deepCopy(tensor));
    copies.push(copy);
    return [name, copy] as const;
  });
  return { own: Object.fromEntries(own) as Inputs, copies };
}

function registeredVariables(): tf.Variable[] {
  return Object.values(tf.engine().state.registeredVariables);
}

function refuseNewVariables(name: string, known: readonly tf.Variable[]): void {
  const before = new Set(known);
  const made = registeredVariables().find((variable) => !before.has(variable));
  if (made === undefined) return;
  throw new UnsupportedError(
    `compile: '${name}' makes the variable '${made.name}'; expected variables made before the first call, since a graph is recorded more than once; make it outside`,
  );
}
