import { MissingDataError } from '@omnict/core';
import { availableParallelism } from 'node:os';

/** What is used of a tensor of `onnxruntime-node`. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** What is used of a session. */
export interface OnnxSession {
  /** Runs the model. @param fetches outputs wanted: null for new memory, else the tensor to write into */
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches: Readonly<Record<string, OnnxTensor | null>>,
  ): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** What is used of the package. */
export interface OnnxRuntime {
  readonly Tensor: new (
    type: 'float32' | 'int32',
    data: Float32Array | Int32Array,
    shape: readonly number[],
  ) => OnnxTensor;
  readonly env: { readonly versions: { readonly common: string; readonly node?: string } };
  readonly InferenceSession: {
    create(file: string, options: Record<string, unknown>): Promise<OnnxSession>;
  };
}

const PACKAGE = 'onnxruntime-node';

/** Loads the optional package. @throws MissingDataError when it is not installed or does not run here */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    const loaded = (await import(PACKAGE)) as OnnxRuntime & { default?: OnnxRuntime };
    return loaded.default ?? loaded;
  } catch (error) {
    throw new MissingDataError(
      `precisions int8 and int4 need the package ${PACKAGE}, which does not load (${String(error)}); run 'npm install ${PACKAGE}' or use precision f32`,
      { cause: error },
    );
  }
}

/** Tells whether the package is there: for `omnict doctor`. */
export async function describeOnnxRuntime(): Promise<string> {
  try {
    const { env } = await loadOnnxRuntime();
    return `${PACKAGE} ${env.versions.node ?? env.versions.common}, on the processor`;
  } catch {
    return `not available: ${PACKAGE} is not installed (optional, some 290 MB)`;
  }
}

/** Opens a model for the processor, with as many threads as TensorFlow would take (`TF_NUM_INTRAOP_THREADS`). */
export async function openOnnxSession(runtime: OnnxRuntime, file: string): Promise<OnnxSession> {
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0);
  return runtime.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads > 0 ? threads : availableParallelism(),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // Threads that wait would otherwise keep a core busy, which other trials of a sweep could use.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}
