import type { DataId, Tensor } from '@tensorflow/tfjs-core';

/**
 * @file The part of tfjs-node's backend and native binding that the graph compiler uses. The
 * package does not publish these types; the names are its own.
 */

/** An attribute of a TensorFlow operation, as tfjs-node's kernels write it. */
export interface OpAttribute {
  name: string;
  /** One of the binding's `TF_ATTR_*` numbers. */
  type: number;
  value: unknown;
}

/** Handle of a tensor on TensorFlow's side. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  /** TensorFlow's DataType enum. */
  dtype: number;
}

/** The N-API addon: tensors are integers here. */
export interface TensorFlowBinding {
  readonly TF_Version?: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayBufferView;
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputs: number,
  ): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(
    id: number,
    inputs: number[],
    inputNames: string,
    outputNames: string,
  ): TensorMetadata[];
}

/** tfjs-node's kernel backend. */
export interface TensorFlowBackend {
  binding: TensorFlowBinding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: DataId): TensorMetadata };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
}
