import type { DataId } from '@tensorflow/tfjs-core';
import type {
  TensorFlowBackend,
  TensorFlowBinding,
  TensorMetadata,
} from '../engine/tensorflow-backend';
import { unaliased } from '../engine/upload';
import type { Recorder } from './recorder';
import type { Holders } from './held-values';
import { RoundedCopies } from './rounded-copies';
import { StandIns } from './stand-ins';

/** Something that keeps values of variables inside itself. */
export interface VariableOwner {
  /** Gives all values back to the variables. */
  release(): void;
}

/** What is known about a backend beyond what tfjs-node keeps. */
export interface Instrumentation {
  readonly backend: TensorFlowBackend;
  readonly native: TensorFlowBinding;
  /** Shape and type of every live tensor. */
  readonly tensors: Map<number, TensorMetadata>;
  /** Data of variables whose values a recorded graph holds. */
  readonly owners: Map<DataId, VariableOwner>;
  /** Graphs that hold a variable's value, and variables that something changes, which are not held. */
  readonly holders: Holders;
  /** What graphs read in bfloat16. */
  readonly roundedCopies: RoundedCopies;
  /** Save memory while a recorder listens. */
  readonly standIns: StandIns;
  /** Listens to kernel calls, if any. */
  recorder: Recorder | null;
}

const instrumented = new WeakMap<TensorFlowBackend, Instrumentation>();

/** The instrumentation of a backend, or undefined when it is not a TensorFlow backend of ours. */
export function instrumentationOf(backend: unknown): Instrumentation | undefined {
  return instrumented.get(backend as TensorFlowBackend);
}

/**
 * Puts a listener at the two doors of tfjs-node: the one through which every kernel calls
 * TensorFlow, and the one through which it looks up the data of a tensor.
 *
 * The binding knows tensors only by number; the listener remembers shape and type of each, which
 * a recording needs for tensors that were made before it began. Looking up a variable whose value a
 * graph holds gets the value back first, so that eager code, saving and loading see it at any time.
 * Called once, before any tensor.
 */
export function instrumentBackend(backend: TensorFlowBackend): void {
  if (instrumented.has(backend)) return;
  const native = backend.binding;
  const state: Instrumentation = {
    backend,
    native,
    tensors: new Map(),
    owners: new Map(),
    holders: { of: new Map(), changing: new WeakSet() },
    roundedCopies: new RoundedCopies(native),
    standIns: new StandIns(native),
    recorder: null,
  };
  backend.binding = listeningBinding(state);
  const { tensorMap } = backend;
  const get = tensorMap.get.bind(tensorMap);
  tensorMap.get = (dataId) => {
    state.owners.get(dataId)?.release();
    return get(dataId);
  };
  instrumented.set(backend, state);
}

function listeningBinding(state: Instrumentation): TensorFlowBinding {
  const { native, tensors, standIns } = state;
  const remember = (outputs: TensorMetadata[]): TensorMetadata[] => {
    for (const output of outputs) tensors.set(output.id, output);
    return outputs;
  };
  return {
    ...copyOfNative(native),
    createTensor(shape, dtype, values) {
      const isPlain =
        values instanceof Float32Array ||
        values instanceof Int32Array ||
        values instanceof Uint8Array;
      const id = native.createTensor(shape, dtype, isPlain ? unaliased(values) : values);
      tensors.set(id, { id, shape, dtype });
      return id;
    },
    deleteTensor(id) {
      tensors.delete(id);
      if (!standIns.forget(id)) native.deleteTensor(id);
    },
    tensorDataSync(id) {
      state.recorder?.refuseRead(id);
      return native.tensorDataSync(...(standIns.resolve([id]) as [number]));
    },

    executeOp(name, attributes, inputs, outputCount) {
      const operands = standIns.resolve(inputs);
      const outputs = remember(native.executeOp(name, attributes, operands, outputCount));
      state.recorder?.record({ name, attributes, inputs, outputs });
      if (state.recorder !== null) standIns.replace(outputs);
      return outputs;
    },

    runSavedModel(id, inputs, inputNames, outputNames) {
      return remember(native.runSavedModel(id, inputs, inputNames, outputNames));
    },
  };
}

/** The addon's properties are read-only; a copy of them is not. */
function copyOfNative(native: TensorFlowBinding): TensorFlowBinding {
  const copy: Record<string, unknown> = {};
  const source = native as unknown as Record<string, unknown>;
  for (const key of Object.getOwnPropertyNames(native)) {
    const value = source[key];
    copy[key] = typeof value === 'function' ? (value.bind(native) as unknown) : value;
  }
  return copy as unknown as TensorFlowBinding;
}
