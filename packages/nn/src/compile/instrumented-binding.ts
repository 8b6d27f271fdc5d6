import type {
  TensorFlowBackend,
  TensorFlowBinding,
  TensorMetadata,
} from '../engine/tensorflow-backend';
import type { Recorder } from './recorder';

/** Shape and type of every live tensor, and the recorder that listens, if any. */
export interface Instrumentation {
  readonly native: TensorFlowBinding;
  readonly tensors: Map<number, TensorMetadata>;
  recorder: Recorder | null;
}

const instrumented = new WeakMap<TensorFlowBackend, Instrumentation>();

/** The instrumentation of a backend, or undefined when it is not a TensorFlow backend of ours. */
export function instrumentationOf(backend: unknown): Instrumentation | undefined {
  return instrumented.get(backend as TensorFlowBackend);
}

/**
 * Puts a listener at the one door through which every tfjs-node kernel calls TensorFlow.
 *
 * The binding knows tensors only by number; the listener remembers shape and type of each, which
 * a recording needs for tensors that were made before it began. Called once, before any tensor.
 */
export function instrumentBackend(backend: TensorFlowBackend): void {
  if (instrumented.has(backend)) return;
  const native = backend.binding;
  const state: Instrumentation = { native, tensors: new Map(), recorder: null };
  const { tensors } = state;
  const remember = (outputs: TensorMetadata[]): TensorMetadata[] => {
    for (const output of outputs) tensors.set(output.id, output);
    return outputs;
  };

  backend.binding = {
    ...copyOfNative(native),
    createTensor(shape, dtype, values) {
      const id = native.createTensor(shape, dtype, values);
      tensors.set(id, { id, shape, dtype });
      return id;
    },
    deleteTensor(id) {
      tensors.delete(id);
      native.deleteTensor(id);
    },
    tensorDataSync(id) {
      state.recorder?.refuseRead(id);
      return native.tensorDataSync(id);
    },
    // eslint-disable-next-line max-params -- the addon's signature
    executeOp(name, attributes, inputs, outputCount) {
      const outputs = remember(native.executeOp(name, attributes, inputs, outputCount));
      state.recorder?.record({ name, attributes, inputs, outputs });
      return outputs;
    },
    // eslint-disable-next-line max-params -- the addon's signature
    runSavedModel(id, inputs, inputNames, outputNames) {
      return remember(native.runSavedModel(id, inputs, inputNames, outputNames));
    },
  };
  instrumented.set(backend, state);
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
