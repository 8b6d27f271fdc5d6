import type * as tf from '@tensorflow/tfjs-core';
import { UnsupportedError } from '@omnict/core';
import type { OpAttribute, TensorMetadata } from '../engine/tensorflow-backend';
import { BFLOAT16, FLOAT32 } from '../engine/types';
import { after, type Endpoint, GraphDef } from './graph-def';
import type { Instrumentation } from './instrumented-binding';
import { placeInUserCode } from './place';
import { RecordedVariable, uniqueGraphName } from './recorded-variable';

/**
 * How matrices are multiplied: in float32, or in bfloat16 with sums in float32. Everything else is
 * float32 either way: weights as they are stored and trained, norms, softmax, optimizer.
 */
export type Precision = 'f32' | 'bf16';

/** One call of a TensorFlow kernel. */
interface KernelCall {
  name: string;
  attributes: OpAttribute[];
  inputs: number[];
  outputs: TensorMetadata[];
}

/**
 * Operations whose kernel in tfjs-node leaves a type attribute to TensorFlow's eager mode to infer
 * from the first input. A graph must spell it out.
 */
const INFERRED_TYPE_ATTRIBUTE: Readonly<Record<string, string>> = { ExpandDims: 'T' };

/**
 * Writes the kernel calls of one run of a function into a graph.
 *
 * A tensor is a graph endpoint when the recording produced it; a feed when it was declared as an
 * input; a variable; and otherwise a constant: its value at recording time is copied into the graph.
 */
export class Recorder {
  readonly graph: GraphDef;
  /** Inputs the function really used, by name. */
  readonly usedInputs = new Map<string, Endpoint>();
  readonly variables = new Map<tf.Variable, RecordedVariable>();
  private readonly graphName = uniqueGraphName();
  private readonly endpoints = new Map<number, Endpoint>();
  private readonly inputs = new Map<number, string>();
  private readonly variableOfId = new Map<number, tf.Variable>();
  private readonly rounded = new Map<Endpoint, Endpoint>();
  private silent = 0;

  constructor(
    private readonly instrumentation: Instrumentation,
    private readonly functionName: string,
    private readonly precision: Precision,
  ) {
    this.graph = new GraphDef(instrumentation.native);
  }

  /** Declares an input; it becomes part of the graph when first used. */
  declareInput(tensor: tf.Tensor, name: string): void {
    this.inputs.set(this.idOf(tensor), name);
  }

  /** Declares a variable; it becomes part of the graph when first used. */
  declareVariable(variable: tf.Variable): void {
    this.variableOfId.set(this.idOf(variable), variable);
  }

  /** Adds one kernel call; its outputs may be inputs of later ones. */
  record(call: KernelCall): void {
    if (this.silent > 0) return;
    const { name, attributes, inputs, outputs } = call;
    if (name === 'BatchMatMulV2' && this.recordMatMul(call)) return;
    const endpoint = this.emit(
      name,
      inputs.map((id) => this.endpointOf(id)),
      [...attributes, ...this.inferredAttributes(name, inputs)],
    );
    this.defineAll(outputs, endpoint);
  }

  /** Runs a function whose kernel calls are not recorded: something else takes their place. */
  unrecorded<T>(run: () => T): T {
    this.silent++;
    try {
      return run();
    } finally {
      this.silent--;
    }
  }

  /** Adds any operation. @returns its first output */
  emit(name: string, inputs: readonly Endpoint[], attributes: readonly OpAttribute[]): Endpoint {
    return this.graph.operation(name, inputs, { attributes });
  }

  /** Says where a tensor comes from in the graph. */
  define(tensor: tf.Tensor, endpoint: Endpoint): void {
    this.endpoints.set(this.idOf(tensor), endpoint);
  }

  /** Where a tensor comes from in the graph. */
  endpoint(tensor: tf.Tensor): Endpoint {
    return this.endpointOf(this.idOf(tensor));
  }

  /**
   * Records an update of a variable in place.
   *
   * @param update adds the node, given the variable's resource and what it must wait for
   * @param assign does the same eagerly, by `variable.assign`
   */
  updateInPlace(
    variables: readonly tf.Variable[],
    update: (handles: Endpoint[], wait: Endpoint[]) => Endpoint,
    assign: () => void,
  ): void {
    const recorded = variables.map((variable) => this.currentOf(variable));
    const wait = recorded.flatMap((item) => item.beforeUpdate());
    const node = update(
      recorded.map((item) => item.handle()),
      wait,
    );
    for (const item of recorded) item.updatedBy(node);
    this.unrecorded(assign);
    for (const variable of variables) this.variableOfId.set(this.idOf(variable), variable);
  }

  /** Writes what the function assigned last. */
  finishAssignment(variable: tf.Variable): void {
    this.currentOf(variable);
  }

  /** A tensor as an output: graphs must not fetch a placeholder, and may be asked for one twice. */
  copyOf(tensor: tf.Tensor): Endpoint {
    const { dtype } = this.metadataOf(this.idOf(tensor));
    return this.emit('Identity', [this.endpoint(tensor)], [this.type('T', dtype)]);
  }

  /** The same tensor, available only after another one. */
  sequenced(tensor: tf.Tensor, previous: tf.Tensor): Endpoint {
    const type = this.metadataOf(this.idOf(tensor)).dtype;
    const inputs = [this.endpoint(tensor), after(this.endpoint(previous))];
    return this.emit('Identity', inputs, [this.type('T', type)]);
  }

  /** A type attribute. */
  type(name: string, value: number | number[]): OpAttribute {
    return { name, type: this.instrumentation.native.TF_ATTR_TYPE, value };
  }

  /** An integer attribute. */
  integer(name: string, value: number): OpAttribute {
    return { name, type: this.instrumentation.native.TF_ATTR_INT, value };
  }

  /** A float attribute. */
  float(name: string, value: number): OpAttribute {
    return { name, type: this.instrumentation.native.TF_ATTR_FLOAT, value };
  }

  /** Refuses a read of a value that a later run would compute anew. */
  refuseRead(id: number): void {
    const isKnown = this.endpoints.has(id) || this.inputs.has(id) || this.variableOfId.has(id);
    if (this.silent > 0 || !isKnown) return;
    throw new UnsupportedError(
      `compile: '${this.functionName}' reads the value of a tensor on the host (dataSync, data, arraySync) in ${placeInUserCode()}; expected tensor operations only, since a recorded graph cannot branch on values; return the tensor and read it outside, choose with tf.where, or pass the value in as an input`,
    );
  }

  private endpointOf(id: number): Endpoint {
    const known = this.endpoints.get(id);
    if (known !== undefined) return known;
    const variable = this.variableOfId.get(id);
    const input = this.inputs.get(id);
    let endpoint: Endpoint;
    if (input !== undefined) {
      const { shape, dtype } = this.metadataOf(id);
      endpoint = this.graph.placeholder(dtype, shape);
      this.usedInputs.set(input, endpoint);
    } else if (variable !== undefined) {
      const recorded = this.recordedOf(variable);
      endpoint = recorded.isUpdated ? recorded.updatedValue() : recorded.initialValue();
    } else {
      const { shape, dtype } = this.metadataOf(id);
      const data = this.instrumentation.native.tensorDataSync(id);
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      endpoint = this.graph.constant(dtype, shape, bytes);
    }
    this.endpoints.set(id, endpoint);
    return endpoint;
  }

  /**
   * Matrices of rank 2 are those of layers: TensorFlow has more optimizations for MatMul than for its
   * batched form, and these are multiplied in the chosen precision.
   */
  private recordMatMul({ attributes, inputs, outputs }: KernelCall): boolean {
    const operands = inputs.map((id) => this.metadataOf(id));
    const isPlain = operands.every(({ shape, dtype }) => shape.length === 2 && dtype === FLOAT32);
    if (!isPlain) return false;
    const isRounded = this.precision === 'bf16';
    const dtype = isRounded ? BFLOAT16 : FLOAT32;
    const value = (name: string) => attributes.find((item) => item.name === name)?.value;
    const bool = this.instrumentation.native.TF_ATTR_BOOL;
    const product = this.emit(
      'MatMul',
      inputs.map((id) => (isRounded ? this.roundedOf(id) : this.endpointOf(id))),
      [
        this.type('T', dtype),
        { name: 'transpose_a', type: bool, value: value('adj_x') },
        { name: 'transpose_b', type: bool, value: value('adj_y') },
      ],
    );
    this.defineAll(outputs, isRounded ? this.cast(product, BFLOAT16, FLOAT32) : product);
    return true;
  }

  /** A float32 tensor in bfloat16; each is rounded once, however often it is multiplied. */
  private roundedOf(id: number): Endpoint {
    const variable = this.variableOfId.get(id);
    if (variable !== undefined) {
      const recorded = this.recordedOf(variable);
      if (!recorded.isUpdated) return recorded.initialValueAsBfloat16();
    }
    const endpoint = this.endpointOf(id);
    const known = this.rounded.get(endpoint);
    if (known !== undefined) return known;
    const cast = this.cast(endpoint, FLOAT32, BFLOAT16);
    this.rounded.set(endpoint, cast);
    return cast;
  }

  private cast(value: Endpoint, from: number, to: number): Endpoint {
    return this.emit('Cast', [value], [this.type('SrcT', from), this.type('DstT', to)]);
  }

  private recordedOf(variable: tf.Variable): RecordedVariable {
    let recorded = this.variables.get(variable);
    if (recorded === undefined) {
      const name = `${this.graphName}/${this.variables.size}`;
      const { dtype } = this.metadataOf(this.idOf(variable));
      const { native } = this.instrumentation;
      recorded = new RecordedVariable(variable, {
        graph: this.graph,
        binding: native,
        name,
        dtype,
      });
      this.variables.set(variable, recorded);
    }
    return recorded;
  }

  /** A variable about to be updated in place; what `assign` gave it before is written first. */
  private currentOf(variable: tf.Variable): RecordedVariable {
    const recorded = this.recordedOf(variable);
    const id = this.idOf(variable);
    if (!this.variableOfId.has(id)) recorded.assignFinally(this.endpointOf(id));
    return recorded;
  }

  private defineAll(outputs: readonly TensorMetadata[], first: Endpoint): void {
    const node = first.slice(0, first.indexOf(':'));
    outputs.forEach((output, index) => this.endpoints.set(output.id, `${node}:${index}`));
  }

  private idOf(tensor: tf.Tensor): number {
    return this.instrumentation.backend.getInputTensorIds([tensor])[0] as number;
  }

  private inferredAttributes(name: string, inputs: readonly number[]): OpAttribute[] {
    const attribute = INFERRED_TYPE_ATTRIBUTE[name];
    if (attribute === undefined) return [];
    return [this.type(attribute, this.metadataOf(inputs[0] as number).dtype)];
  }

  private metadataOf(id: number): TensorMetadata {
    const metadata = this.instrumentation.tensors.get(id);
    if (metadata !== undefined) return metadata;
    throw new UnsupportedError(
      `compile: '${this.functionName}' uses a tensor that was made before the engine was selected; call selectEngine() before making tensors`,
    );
  }
}
