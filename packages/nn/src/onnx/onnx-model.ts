import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesField, floatField, integerField } from '../protobuf';

/**
 * @file An ONNX model under construction; weights go to a file beside it as they come, so that a model of any
 * size is written with the memory of one of them. Field numbers are those of `onnx.proto`.
 */

/** Files of a model's folder. */
const MODEL_FILE = 'model.onnx';
const WEIGHTS_FILE = 'model.onnx.data';

/** Of the file format, and of the operator sets: what onnxruntime 1.16 and later read. */
const IR_VERSION = 9;
const OPSETS = { '': 17, 'com.microsoft': 1 } as const;

/** Weights begin at multiples of this, so that a runtime can map them; a page. */
const ALIGNMENT = 4096;

/** ONNX's element types, by name. */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;
const [FLOAT_ATTRIBUTE, INTEGER_ATTRIBUTE] = [1, 2];
const EXTERNAL = 1;

/** Element type of a tensor. */
export type OnnxType = keyof typeof ELEMENT_TYPES;

/** An attribute: whole numbers as `bigint`, floats as `number`. */
export type OnnxAttribute = bigint | number;

/** Domain of onnxruntime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** Writes an ONNX model into a folder. Close it when done, also after an error. */
export class OnnxModel {
  private readonly nodes: Buffer[] = [];
  private readonly inputs: Buffer[] = [];
  private readonly outputs: Buffer[] = [];
  private readonly weights: Buffer[] = [];
  private end = 0;

  private constructor(
    private readonly folder: string,
    private readonly data: FileHandle,
  ) {}

  /** Begins a model; what the folder held of an earlier one is replaced. */
  static async create(folder: string): Promise<OnnxModel> {
    await mkdir(folder, { recursive: true });
    return new OnnxModel(folder, await open(join(folder, WEIGHTS_FILE), 'w'));
  }

  /** The file that a runtime opens. */
  static file(folder: string): string {
    return join(folder, MODEL_FILE);
  }

  /** Adds an operation; names of its inputs and outputs, '' for one left out. */
  node(
    operation: string,
    {
      inputs,
      outputs,
      attributes = {},
      domain = '',
    }: {
      inputs: readonly string[];
      outputs: readonly string[];
      attributes?: Readonly<Record<string, OnnxAttribute>>;
      domain?: keyof typeof OPSETS;
    },
  ): void {
    const fields = [
      ...inputs.map((name) => bytesField(1, name)),
      ...outputs.map((name) => bytesField(2, name)),
      bytesField(4, operation),
      ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
      bytesField(7, domain),
    ];
    this.nodes.push(bytesField(1, Buffer.concat(fields)));
  }

  /** Declares what every run supplies. @param shape sizes, names for those that vary */
  input(name: string, type: OnnxType, shape: readonly (number | string)[]): void {
    this.inputs.push(bytesField(11, valueInfo(name, type, shape)));
  }

  /** Declares what a run may ask for. */
  output(name: string, type: OnnxType, shape: readonly (number | string)[]): void {
    this.outputs.push(bytesField(12, valueInfo(name, type, shape)));
  }

  /** Writes a fixed value. @param bytes little-endian elements @returns its name */
  async weight(
    name: string,
    { type, shape, bytes }: { type: OnnxType; shape: readonly number[]; bytes: Uint8Array },
  ): Promise<string> {
    const begin = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    await this.data.write(bytes, 0, bytes.length, begin);
    this.end = begin + bytes.length;
    const entry = (key: string, value: string | number): Buffer =>
      bytesField(13, Buffer.concat([bytesField(1, key), bytesField(2, String(value))]));
    const fields = [
      ...shape.map((size) => integerField(1, size)),
      integerField(2, ELEMENT_TYPES[type]),
      bytesField(8, name),
      entry('location', WEIGHTS_FILE),
      entry('offset', begin),
      entry('length', bytes.length),
      integerField(14, EXTERNAL),
    ];
    this.weights.push(bytesField(5, Buffer.concat(fields)));
    return name;
  }

  /** Keeps a small fixed value in the model itself. @returns its name */
  constant(
    name: string,
    { type, shape, bytes }: { type: OnnxType; shape: readonly number[]; bytes: Uint8Array },
  ): string {
    const fields = [
      ...shape.map((size) => integerField(1, size)),
      integerField(2, ELEMENT_TYPES[type]),
      bytesField(8, name),
      bytesField(9, bytes),
    ];
    this.weights.push(bytesField(5, Buffer.concat(fields)));
    return name;
  }

  /** Writes the model. */
  async finish(): Promise<void> {
    const graph = [
      ...this.nodes,
      bytesField(2, 'omnict'),
      ...this.weights,
      ...this.inputs,
      ...this.outputs,
    ];
    const opsets = Object.entries(OPSETS).map(([domain, version]) =>
      bytesField(8, Buffer.concat([bytesField(1, domain), integerField(2, version)])),
    );
    const model = [
      integerField(1, IR_VERSION),
      bytesField(2, 'omnict'),
      bytesField(7, Buffer.concat(graph)),
      ...opsets,
    ];
    await this.close();
    await writeFile(OnnxModel.file(this.folder), Buffer.concat(model));
  }

  async close(): Promise<void> {
    await this.data.close();
  }
}

function attribute(name: string, value: OnnxAttribute): Buffer {
  const named = bytesField(1, name);
  if (typeof value === 'bigint') {
    return Buffer.concat([named, integerField(3, value), integerField(20, INTEGER_ATTRIBUTE)]);
  }
  return Buffer.concat([named, floatField(2, value), integerField(20, FLOAT_ATTRIBUTE)]);
}

function valueInfo(name: string, type: OnnxType, shape: readonly (number | string)[]): Buffer {
  const dimensions = shape.map((size) =>
    bytesField(1, typeof size === 'string' ? bytesField(2, size) : integerField(1, size)),
  );
  const tensor = [integerField(1, ELEMENT_TYPES[type]), bytesField(2, Buffer.concat(dimensions))];
  return Buffer.concat([bytesField(1, name), bytesField(2, bytesField(1, Buffer.concat(tensor)))]);
}
